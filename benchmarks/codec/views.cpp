// Values whose strings are views into the input.
#include "measure.hpp"
#include "typed_samples.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/views.hpp"
#include "mtproto/tl/with_storage.hpp"

#include <string>

namespace codec_benchmark {

namespace {

using namespace mtproto;

template <class T>
void add_type(const std::string& name, tl::bytes_view bytes)
{
    add("decode/views/" + name, bytes.size(), [bytes] {
        auto value = tl::decode<tl::with_storage<T, tl::views>>(bytes);
        benchmark::DoNotOptimize(value);
    });
}

} // namespace

void add_views()
{
    for_each_sample([]<class T>(const std::string& name, tl::bytes_view bytes) { add_type<T>(name, bytes); });
}

} // namespace codec_benchmark

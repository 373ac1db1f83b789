// Values whose strings are views into the input.
#include "measure.hpp"
#include "samples.hpp"

#include "mtproto/api/methods/messages.hpp"
#include "mtproto/api/types/core_p.hpp"
#include "mtproto/api/types/core_u.hpp"
#include "mtproto/api/types/messages.hpp"
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
    add_type<api::messages::sendMessage>("send_message", send_message());
    add_type<api::messages::Messages>("messages", messages());
    add_type<api::PageBlock>("page", page());
    add_type<api::Updates>("updates", updates());
}

} // namespace codec_benchmark

// Values in an arena that is used again, with strings copied there and with strings left in the input.
#include "measure.hpp"
#include "typed_samples.hpp"

#include "mtproto/tl/arena.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/with_storage.hpp"

#include <memory>
#include <string>

namespace codec_benchmark {

namespace {

using namespace mtproto;

template <class T>
void add_type(const std::string& name, tl::bytes_view bytes)
{
    using placed = tl::with_storage<T, tl::arena>;
    for (auto const text : {tl::arena_text::copied, tl::arena_text::borrowed})
        add((text == tl::arena_text::copied ? "decode/arena/" : "decode/arena_borrowing/") + name, bytes.size(),
            [bytes, text, memory = std::make_shared<tl::arena_memory>()] {
                auto value = tl::decode<placed>(bytes, *memory, text);
                benchmark::DoNotOptimize(value);
                memory->release();
            });
    static tl::arena_memory kept;
    static const placed value = tl::decode<placed>(bytes, kept).value();
    add("encode_arena/growing/" + name, bytes.size(), [] {
        tl::writer to;
        tl::write_value(to, value);
        benchmark::DoNotOptimize(to.view().data());
        benchmark::ClobberMemory();
    });
}

} // namespace

void add_arena()
{
    for_each_sample([]<class T>(const std::string& name, tl::bytes_view bytes) { add_type<T>(name, bytes); });
}

} // namespace codec_benchmark

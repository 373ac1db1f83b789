// Values in an arena that is used again, with strings copied there and with strings left in the input.
#include "measure.hpp"
#include "samples.hpp"

#include "mtproto/api/methods/messages.hpp"
#include "mtproto/api/types/core_p.hpp"
#include "mtproto/api/types/core_u.hpp"
#include "mtproto/api/types/messages.hpp"
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
    add_type<api::messages::sendMessage>("send_message", send_message());
    add_type<api::messages::Messages>("messages", messages());
    add_type<api::PageBlock>("page", page());
    add_type<api::Updates>("updates", updates());
}

} // namespace codec_benchmark

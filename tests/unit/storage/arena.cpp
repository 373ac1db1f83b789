#include "types.hpp"

#include "mtproto/tl/arena.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include <type_traits>

namespace storage_test {

static_assert(std::is_trivially_destructible_v<tl::with_storage<api::PageBlock, tl::arena>>);

namespace {

mtproto::result<serialized> again(int which, tl::bytes_view input, tl::arena_text text)
{
    return with_type<tl::arena>(which, [&]<class T>(std::type_identity<T>) -> mtproto::result<serialized> {
        tl::arena_memory memory;
        serialized own(input.begin(), input.end());
        auto const value = tl::decode<T>(own, memory, text);
        if (!value)
            return value.error();
        // Copied strings must not need the input.
        if (text == tl::arena_text::copied)
            own.assign(own.size(), std::byte{0xee});
        return tl::encode(*value);
    });
}

} // namespace

mtproto::result<serialized> again_in_arena(int which, tl::bytes_view input)
{
    return again(which, input, tl::arena_text::copied);
}

mtproto::result<serialized> again_in_borrowing_arena(int which, tl::bytes_view input)
{
    return again(which, input, tl::arena_text::borrowed);
}

} // namespace storage_test

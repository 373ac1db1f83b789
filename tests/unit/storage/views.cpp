#include "types.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/views.hpp"

namespace storage_test {

mtproto::result<serialized> again_as_views(int which, tl::bytes_view input)
{
    return with_type<tl::views>(which, [&]<class T>(std::type_identity<T>) -> mtproto::result<serialized> {
        auto const value = tl::decode<T>(input);
        if (!value)
            return value.error();
        return tl::encode(*value);
    });
}

} // namespace storage_test

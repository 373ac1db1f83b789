// A program's whole use of the largest type: no table of functions may come of it, see tables.py.
#include "mtproto/api/types/core_u.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

namespace api = mtproto::api;

mtproto::result<api::Updates> decode_updates(mtproto::tl::bytes_view input);
mtproto::result<api::Updates> decode_updates(mtproto::tl::bytes_view input)
{
    return mtproto::tl::decode<api::Updates>(input);
}

mtproto::result<std::vector<std::byte>> encode_updates(const api::Updates& updates);
mtproto::result<std::vector<std::byte>> encode_updates(const api::Updates& updates)
{
    return mtproto::tl::encode(updates);
}

int count(const api::Updates& updates);
int count(const api::Updates& updates)
{
    return api::match(
        updates, [](const api::updates_& u) { return static_cast<int>(u.updates.size()); },
        [](const api::updateShortMessage&) { return 1; }, [](const auto&) { return 0; });
}

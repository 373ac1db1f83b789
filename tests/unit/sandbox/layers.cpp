#include "catch.hpp"

#include <mtproto/api/methods/channels.hpp>
#include <mtproto/api/methods/users.hpp>
#include <mtproto/sandbox/layers.hpp>
#include <mtproto/tl/encode.hpp>

namespace api = mtproto::api;
namespace raw = mtproto::api::raw;
using mtproto::sandbox::layer_book;
using bytes = std::vector<std::byte>;

namespace {

template <class T>
bytes encoded(const T& value)
{
    return *mtproto::tl::encode(value);
}

// A vector of boxed values of whatever type, as no typed request lets one write it.
template <class... Items>
bytes call_with_vector(std::uint32_t method, const Items&... items)
{
    bytes out(12);
    mtproto::tl::store(out.data(), method);
    mtproto::tl::store(out.data() + 4, mtproto::tl::vector_id);
    mtproto::tl::store(out.data() + 8, static_cast<std::uint32_t>(sizeof...(items)));
    auto const add = [&](const bytes& one) { out.insert(out.end(), one.begin(), one.end()); };
    (add(encoded(items)), ...);
    return out;
}

} // namespace

TEST_CASE("a request may have an InputPeer where an InputUser belongs")
{
    layer_book const book;
    api::inputPeerUser const peer{.user_id = 7, .access_hash = 11};
    api::inputUser const user{.user_id = 7, .access_hash = 11};
    auto const id = api::users::getUsers::tl_id;
    auto const given = call_with_vector(id, peer, api::inputPeerSelf{}, user);
    auto const meant = call_with_vector(id, user, api::inputUserSelf{}, user);
    CHECK(*book.to_native(book.native(), given) == meant);
    CHECK(*book.to_native(book.native(), meant) == meant);
}

TEST_CASE("a request may have an InputPeer where an InputChannel belongs")
{
    layer_book const book;
    api::channels::getFullChannel request{};
    request.channel = api::inputChannel{.channel_id = 5, .access_hash = 6};
    auto const meant = encoded(request);
    bytes given = meant;
    mtproto::tl::store(given.data() + 4, api::inputPeerChannel::tl_id);
    CHECK(*book.to_native(book.native(), given) == meant);
}

TEST_CASE("a request that cannot be corrected is left as it is")
{
    layer_book const book;
    auto const unfit = call_with_vector(api::users::getUsers::tl_id, api::inputPeerChannel{.channel_id = 5, .access_hash = 6});
    CHECK(*book.to_native(book.native(), unfit) == unfit);
    auto const whole = call_with_vector(api::users::getUsers::tl_id, api::inputPeerUser{.user_id = 7, .access_hash = 11});
    for (std::size_t size = 4; size < whole.size(); ++size) {
        bytes const cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(book.to_native(book.native(), cut)->size() == size);
    }
}

#include "types.hpp"

#include <mtproto/api/methods/messages.hpp>
#include <mtproto/api/methods/users.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>

#include <stdexcept>
#include <string>

namespace peer {

namespace api = mtproto::api;
namespace tl = mtproto::tl;

struct reply
{
    api::messages::Messages value;
};
void reply_deleter::operator()(reply* one) const noexcept { delete one; }

struct request
{
    api::messages::sendMessage value;
};
void request_deleter::operator()(request* one) const noexcept { delete one; }

namespace {

template <class T>
T decode_or_throw(std::span<const std::byte> from)
{
    auto decoded = tl::decode<T>(from, true);
    if (!decoded)
        throw std::runtime_error(decoded.error().message());
    return std::move(*decoded);
}

std::size_t count(const api::messages::Messages& of)
{
    if (auto const* whole = tl::get_if<api::messages::messages>(of))
        return whole->messages_.size();
    if (auto const* part = tl::get_if<api::messages::messagesSlice>(of))
        return part->messages.size();
    return 0;
}

} // namespace

reply_ptr decode_reply(std::span<const std::byte> from)
{
    return reply_ptr(new reply{decode_or_throw<api::messages::Messages>(from)});
}
std::size_t messages_in(const reply& of) { return count(of.value); }
mtproto::result<bytes> encode_reply(const reply& of) { return tl::encode(of.value); }
std::size_t read_reply(std::span<const std::byte> from) { return count(decode_or_throw<api::messages::Messages>(from)); }

std::unique_ptr<request, request_deleter> make_request()
{
    std::unique_ptr<request, request_deleter> made(new request);
    auto& one = made->value;
    one.peer = api::inputPeerUser{.user_id = 5'000'000'001, .access_hash = 0x5eedf00d12345679};
    one.message = std::string(100, 'x');
    one.random_id = 0x1122334455667788;
    one.entities = std::vector<api::MessageEntity>{api::messageEntityBold{.offset = 0, .length = 10},
                                                   api::messageEntityItalic{.offset = 20, .length = 10},
                                                   api::messageEntityCode{.offset = 40, .length = 10}};
    return made;
}
mtproto::result<bytes> encode_request(const request& of) { return tl::encode(of.value); }

bytes history_call(long long chat)
{
    api::messages::getHistory call;
    call.peer = api::inputPeerChat{.chat_id = chat};
    call.limit = 100;
    return tl::encode(call).value();
}
bytes self_call()
{
    api::users::getUsers call;
    call.id.emplace_back(api::inputUserSelf());
    return tl::encode(call).value();
}
std::size_t read_users(std::span<const std::byte> from) { return decode_or_throw<std::vector<api::User>>(from).size(); }

} // namespace peer

// The only unit that knows the API's types.
#include "servers.hpp"

#include <mtproto/api/api.hpp>
#include <mtproto/tl/encode.hpp>

namespace proxy_benchmark {

using namespace mtproto;

namespace {

std::vector<std::byte> thumbnail(std::size_t size) { return std::vector<std::byte>(size, std::byte(0x5a)); }

api::User person(int n)
{
    api::user out;
    out.id = 5'000'000'000 + n;
    out.access_hash = 0x5eedf00d12345678 + n;
    out.first_name = "Ada Number " + std::to_string(n);
    out.last_name = "Lovelace";
    out.username = "ada_lovelace_" + std::to_string(n);
    out.phone = "9996612345";
    out.photo = api::userProfilePhoto{.photo_id = 0x1122334455667788 + n, .stripped_thumb = thumbnail(48), .dc_id = 2};
    out.status = api::userStatusOffline{.was_online = 1'700'000'000 + n};
    return out;
}
api::Chat group(int n)
{
    api::channel out;
    out.id = 1'500'000'000 + n;
    out.access_hash = 0x1234567812345678 + n;
    out.title = "A channel about numbers " + std::to_string(n);
    out.username = "numbers_" + std::to_string(n);
    out.photo = api::chatPhoto{.photo_id = 0x1122334455667788 + n, .stripped_thumb = thumbnail(48), .dc_id = 2};
    out.date = 1'600'000'000;
    out.participants_count = 1000 + n;
    return out;
}
api::Message message(int n)
{
    return api::message{
        .id = 1000 + n,
        .from_id = api::peerUser{.user_id = 5'000'000'000 + n % 30},
        .peer_id = api::peerChannel{.channel_id = 1'500'000'000},
        .date = 1'700'000'000 + n,
        .message_ = "The Analytical Engine has no pretensions whatever to originate anything. It can do whatever we know how to "
                    "order it to perform; number " +
                    std::to_string(n),
        .entities = std::vector<api::MessageEntity>{api::messageEntityBold{.offset = 4, .length = 17}},
        .views = 12'345 + n,
        .forwards = 12,
    };
}

} // namespace

std::vector<std::byte> canned_users() { return tl::encode(std::vector<api::User>{person(1), person(2)}).value(); }

std::vector<std::byte> canned_history()
{
    std::vector<api::Message> messages;
    std::vector<api::Chat> groups;
    std::vector<api::User> people;
    for (int i = 0; i < 100; ++i)
        messages.push_back(message(i));
    for (int i = 0; i < 10; ++i)
        groups.push_back(group(i));
    for (int i = 0; i < 30; ++i)
        people.push_back(person(i));
    return tl::encode(api::messages::Messages(api::messages::messages{
                          .messages_ = std::move(messages), .chats = std::move(groups), .users = std::move(people)}))
        .value();
}

} // namespace proxy_benchmark

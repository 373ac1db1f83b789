// Whom answers have named so far: what a name, a number or a title typed by a person stands for.
#pragma once

#include <mtproto/client/access_book.hpp>
#include <mtproto/error.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto::apps {

enum class peer_kind
{
    user,
    bot,
    chat,
    group, ///< a supergroup: a channel in the API
    channel,
};
const char* to_string(peer_kind kind);

struct peer
{
    peer_kind kind = peer_kind::user;
    std::int64_t id = 0;
    std::int64_t access_hash = 0;
    std::string title;    ///< a person's names, a chat's title
    std::string username; ///< without @, may be empty
    std::string phone;
    bool self = false;
    bool unusable = false; ///< only met in passing, without an access hash
};

/// The integer that JSON holds as a number or as text, as longs are; 0 if it is none.
std::int64_t integer(const boost::json::value& from);
/// The member as text, empty where it is not.
std::string_view text_of(const boost::json::object& from, std::string_view key);
/// The name of the constructor.
std::string_view name_of(const boost::json::value& from);
const boost::json::value& member(const boost::json::value& from, std::string_view key);

/// Everyone that an account has heard of. Not thread safe.
class peer_book
{
public:
    /// Takes a file of `mtproto access`, which must belong to the account whose id is `account`.
    result<> load(const std::string& file, std::int64_t account);
    const access_book& access() const noexcept { return access_; }
    /// Takes `users` and `chats` of an answer or of updates, and a lone user or chat.
    void learn(const boost::json::value& answer);

    /// The peer of {"_": "peerUser", "user_id": ...} and its like, nullptr if unknown.
    const peer* find(const boost::json::value& of) const;
    /// By "me", @username, +phone, id, or a title that only one has. Fails with bad_argument in a sentence.
    result<const peer*> find(std::string_view typed) const;
    const peer* self() const;

    /// How people call the peer of {"_": "peerUser", ...}: its title, or its id.
    std::string call(const boost::json::value& of) const;
    std::vector<std::string> names() const;

private:
    void learn_one(const boost::json::object& one);
    peer& note(const access_entry& from);

    access_book access_;
    std::map<std::pair<bool, std::int64_t>, peer>
        all_; // true: a user; chats and channels share one space here
};

/// The InputPeer, InputUser or InputChannel of a peer; fails where it cannot be that.
result<boost::json::value> input_of(const peer& from, std::string_view type);

} // namespace mtproto::apps

#include "peers.hpp"

#include "console.hpp"
#include "suggest.hpp"

#include <mtproto/client/access_file.hpp>

#include <boost/json/array.hpp>

#include <charconv>

namespace mtproto::apps {

namespace json = boost::json;

const char* to_string(peer_kind kind)
{
    switch (kind) {
    case peer_kind::user:
        return "user";
    case peer_kind::bot:
        return "bot";
    case peer_kind::chat:
        return "chat";
    case peer_kind::group:
        return "group";
    case peer_kind::channel:
        return "channel";
    }
    return "?";
}

std::int64_t integer(const json::value& from)
{
    if (auto const* number = from.if_int64())
        return *number;
    if (auto const* number = from.if_uint64())
        return static_cast<std::int64_t>(*number);
    std::int64_t value = 0;
    if (auto const* text = from.if_string())
        std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

const json::value& member(const json::value& from, std::string_view key)
{
    static const json::value nothing;
    auto const* object = from.if_object();
    auto const* found = object != nullptr ? object->if_contains(key) : nullptr;
    return found != nullptr ? *found : nothing;
}

std::string_view text_of(const json::object& from, std::string_view key)
{
    auto const* value = from.if_contains(key);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

std::string_view name_of(const json::value& from)
{
    auto const* object = from.if_object();
    return object != nullptr ? text_of(*object, "_") : std::string_view();
}

void peer_book::learn(const json::value& answer)
{
    if (auto const* list = answer.if_array())
        for (auto const& one : *list)
            learn(one);
    auto const* object = answer.if_object();
    if (object == nullptr)
        return;
    learn_one(*object);
    for (auto const* const key : {"users", "chats", "user", "chat"})
        if (auto const* found = object->if_contains(key))
            learn(*found);
}

void peer_book::learn_one(const json::object& one)
{
    auto const name = text_of(one, "_");
    auto const is = [&](std::string_view flag) {
        auto const* value = one.if_contains(flag);
        return value != nullptr && value->is_bool() && value->get_bool();
    };
    auto const number = [&](std::string_view key) {
        auto const* value = one.if_contains(key);
        return value != nullptr ? integer(*value) : 0;
    };
    bool const is_user = name == "user";
    if (!is_user && name != "chat" && name != "channel")
        return;
    access_entry heard;
    heard.id = number("id");
    heard.self = is("self");
    if (!is("min") && one.contains("access_hash"))
        heard.access_hash = number("access_hash");
    if (is_user) {
        heard.kind = is("bot") ? access_kind::bot : access_kind::user;
        heard.title = text_of(one, "first_name");
        if (auto const last = text_of(one, "last_name"); !last.empty())
            heard.title.append(heard.title.empty() ? "" : " ").append(last);
    } else {
        heard.kind = name == "chat"    ? access_kind::chat
                     : is("megagroup") ? access_kind::group
                                       : access_kind::channel;
        heard.title = text_of(one, "title");
    }
    if (auto const username = text_of(one, "username"); !username.empty())
        heard.usernames.emplace_back(username);
    if (auto const* const more = one.if_contains("usernames"); more != nullptr && more->is_array())
        for (auto const& each : more->get_array())
            if (auto const extra = each.if_object(); extra != nullptr && member(each, "active") == true)
                heard.usernames.emplace_back(text_of(*extra, "username"));
    auto const id = heard.id;
    auto const space = access_book::space_of(heard.kind);
    access_.learn(std::move(heard));
    auto& known = note(*access_.find(space, id));
    if (!is("min"))
        known.phone = printable(text_of(one, "phone"));
}

peer& peer_book::note(const access_entry& from)
{
    static constexpr peer_kind kinds[] = {peer_kind::user, peer_kind::bot, peer_kind::chat, peer_kind::group,
                                          peer_kind::channel};
    auto& known = all_[{from.is_user(), from.id}];
    known.kind = kinds[static_cast<std::size_t>(from.kind)];
    known.id = from.id;
    known.access_hash = from.access_hash.value_or(0);
    known.unusable = !from.access_hash && !from.self && from.kind != access_kind::chat;
    known.self = from.self;
    known.username = from.usernames.empty() ? std::string() : printable(from.usernames.front());
    known.title = printable(from.title);
    return known;
}

result<> peer_book::load(const std::string& file, std::int64_t account)
{
    if (auto const mine = access_.belong_to(account); !mine)
        return mine;
    if (auto const loaded = load_access(file, access_); !loaded)
        return loaded;
    for (auto const& one : access_.entries())
        note(one);
    return {};
}

const peer* peer_book::find(const json::value& of) const
{
    auto const name = name_of(of);
    auto const* const key = name.ends_with("User")   ? "user_id"
                            : name.ends_with("Chat") ? "chat_id"
                                                     : "channel_id";
    auto const found = all_.find({name.ends_with("User"), integer(member(of, key))});
    return found == all_.end() ? nullptr : &found->second;
}

const peer* peer_book::self() const
{
    for (auto const& [key, one] : all_)
        if (one.self)
            return &one;
    return nullptr;
}

result<const peer*> peer_book::find(std::string_view typed) const
{
    auto const plain = [](std::string_view text) {
        std::string out;
        for (char const c : text)
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return out;
    };
    auto const wanted = plain(typed);
    std::int64_t id = 0;
    bool const is_id =
        !wanted.empty() && std::from_chars(wanted.data(), wanted.data() + wanted.size(), id).ptr ==
                               wanted.data() + wanted.size();
    std::vector<const peer*> found;
    for (auto const& [key, one] : all_) {
        bool const same = wanted == "me"            ? one.self
                          : wanted.starts_with('@') ? plain(one.username) == wanted.substr(1)
                          : wanted.starts_with('+') ? one.phone == wanted.substr(1)
                          : is_id                   ? one.id == id
                                                    : plain(one.title) == wanted;
        if (same)
            found.push_back(&one);
    }
    // A first name will do where only one has it.
    if (found.empty())
        for (auto const& [key, one] : all_)
            if (plain(one.title).substr(0, one.title.find(' ')) == wanted)
                found.push_back(&one);
    if (found.size() == 1)
        return found.front();
    auto const shown = printable(typed);
    if (!found.empty())
        return error(errc::bad_argument, std::to_string(found.size()) + " are called '" + shown +
                                             "': use a @username or the id that 'dialogs' lists");
    auto const all = names();
    return error(errc::bad_argument,
                 "nobody known is called '" + shown + "'" + did_you_mean(nearest(typed, all)));
}

std::string peer_book::call(const json::value& of) const
{
    if (auto const* known = find(of)) {
        if (!known->title.empty())
            return known->title;
        return std::to_string(known->id);
    }
    for (auto const* const key : {"user_id", "chat_id", "channel_id"})
        if (auto const id = integer(member(of, key)))
            return std::string(key, std::string_view(key).find('_')) + ' ' + std::to_string(id);
    return "?";
}

std::vector<std::string> peer_book::names() const
{
    std::vector<std::string> out{"me"};
    for (auto const& [key, one] : all_) {
        if (!one.username.empty())
            out.push_back('@' + one.username);
        if (!one.title.empty())
            out.push_back(one.title);
    }
    return out;
}

result<json::value> input_of(const peer& from, std::string_view type)
{
    auto const wrong = [&](const char* wanted) {
        return error(errc::bad_argument,
                     "'" + from.title + "' is a " + to_string(from.kind) + ", not " + wanted);
    };
    bool const is_user = from.kind == peer_kind::user || from.kind == peer_kind::bot;
    if (from.unusable)
        return error(errc::bad_argument, "'" + from.title + "' was only met in passing: use its @username");
    json::object out;
    auto const put = [&](const char* name, const char* id) {
        out["_"] = name;
        if (id != nullptr)
            out[id] = std::to_string(from.id);
        if (id != nullptr && from.kind != peer_kind::chat)
            out["access_hash"] = std::to_string(from.access_hash);
    };
    if (type == "InputUser") {
        if (!is_user)
            return wrong("a user");
        from.self ? put("inputUserSelf", nullptr) : put("inputUser", "user_id");
    } else if (type == "InputChannel") {
        if (is_user || from.kind == peer_kind::chat)
            return wrong("a channel");
        put("inputChannel", "channel_id");
    } else if (from.self) {
        put("inputPeerSelf", nullptr);
    } else if (is_user) {
        put("inputPeerUser", "user_id");
    } else if (from.kind == peer_kind::chat) {
        put("inputPeerChat", "chat_id");
    } else {
        put("inputPeerChannel", "channel_id");
    }
    return json::value(std::move(out));
}

} // namespace mtproto::apps

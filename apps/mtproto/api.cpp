#include "api.hpp"

#include "console.hpp"
#include "suggest.hpp"

#include <mtproto/tl/schema/dynamic_json.hpp>

#include <boost/json/array.hpp>

#include <ctime>
#include <random>

namespace mtproto::apps {

namespace json = boost::json;
namespace schema = tl::schema;

namespace {

constexpr int deepest = 64;

// random_id tells the server that a repeated request is the same one; it is no secret.
// https://core.telegram.org/api/errors#error-handling
std::string random_id()
{
    std::random_device device;
    auto const bits = std::uint64_t{device()} << 32 | device();
    return std::to_string(static_cast<std::int64_t>(bits));
}

bool takes_names(std::string_view type)
{
    return type == "InputPeer" || type == "InputUser" || type == "InputChannel";
}

std::string clock_of(const json::value& date)
{
    auto const when = static_cast<std::time_t>(integer(date));
    std::tm parts{};
    char text[16] = "";
    if (when != 0 && ::localtime_r(&when, &parts) != nullptr)
        std::strftime(text, sizeof text, "%H:%M", &parts);
    return text;
}

bool flag(const json::value& from, std::string_view key)
{
    auto const& value = member(from, key);
    return value.is_bool() && value.get_bool();
}

} // namespace

result<json::value> api::call_as_is(std::string_view method, const json::value& params)
{
    auto const* const line = schema_.find_function(method);
    if (line == nullptr) {
        auto const all = method_names();
        std::vector<std::string_view> const names(all.begin(), all.end());
        return error(errc::bad_argument, "the API has no method '" + printable(method) + "'" +
                                             did_you_mean(nearest(method, names)));
    }
    auto named = params;
    auto& object = named.get_object();
    object["_"] = method;
    auto request = schema::json_to_tl(schema_, named);
    if (!request)
        return request.error();
    auto const answer = connection_.invoke(std::move(*request));
    if (!answer)
        return answer.error();
    auto out = schema::tl_to_json(schema_, line->result, *answer);
    if (out) {
        std::lock_guard const lock(mutex_);
        book_.learn(*out);
    }
    return out;
}

result<json::value> api::call(std::string_view method, json::value params)
{
    auto* const object = params.if_object();
    if (object == nullptr)
        return error(errc::bad_json, "the parameters must be a JSON object, such as {\"limit\": 3}");
    if (auto const* const line = schema_.find_function(method))
        if (auto const done = complete(*line, *object, 0); !done)
            return done.error();
    return call_as_is(method, params);
}

result<> api::complete(const schema::combinator& line, json::object& params, int depth)
{
    for (auto const& p : line.params) {
        auto* const given = params.if_contains(p.name);
        if (given != nullptr) {
            if (auto const done = complete(p.type, *given, depth + 1); !done)
                return done;
        } else if (!p.when && p.type.kind == schema::type_kind::int64 && p.name == "random_id") {
            params.emplace(p.name, random_id());
        } else if (!p.when && p.type.kind == schema::type_kind::int64 && p.name == "hash") {
            params.emplace(p.name, "0");
        }
    }
    return {};
}

result<> api::complete(const schema::type_expr& type, json::value& value, int depth)
{
    if (depth > deepest)
        return error(errc::bad_json, "the parameters are nested too deeply");
    bool const vector = type.kind == schema::type_kind::vector || type.kind == schema::type_kind::bare_vector;
    if (auto* const list = value.if_array(); list != nullptr && vector && !type.args.empty()) {
        for (auto& one : *list)
            if (auto const done = complete(type.args[0], one, depth + 1); !done)
                return done;
    } else if (auto const* const text = value.if_string(); text != nullptr && takes_names(type.name)) {
        auto found = input(*text, type.name);
        if (!found)
            return found.error();
        value = std::move(*found);
    } else if (auto* const object = value.if_object()) {
        auto const name = text_of(*object, "_");
        auto const* line = type.kind == schema::type_kind::variable ? schema_.find_function(name)
                                                                    : schema_.find_constructor(name);
        if (line == nullptr && type.kind == schema::type_kind::boxed)
            if (auto const& only = schema_.types()[type.index]; only.constructors.size() == 1)
                line = &schema_.combinators()[only.constructors.front()];
        if (line != nullptr)
            return complete(*line, *object, depth + 1);
    }
    return {};
}

result<json::value> api::input(std::string_view typed, std::string_view type)
{
    if (typed == "me" && type != "InputChannel")
        return json::value(json::object{{"_", type == "InputUser" ? "inputUserSelf" : "inputPeerSelf"}});
    auto const found = resolve(typed);
    if (!found)
        return found.error();
    return input_of(*found, type);
}

result<peer> api::me()
{
    {
        std::lock_guard const lock(mutex_);
        if (auto const* const self = book_.self())
            return *self;
    }
    json::value const params{{"id", json::array{json::object{{"_", "inputUserSelf"}}}}};
    if (auto const answer = call_as_is("users.getUsers", params); !answer)
        return answer.error();
    std::lock_guard const lock(mutex_);
    if (auto const* const self = book_.self())
        return *self;
    return error(errc::wrong_result, "the server does not tell who this account is");
}

result<peer> api::resolve(std::string_view typed)
{
    if (typed == "me")
        return me();
    auto const known = [&]() -> result<peer> {
        std::lock_guard const lock(mutex_);
        auto const found = book_.find(typed);
        if (!found)
            return found.error();
        return **found;
    };
    auto first = known();
    if (first && !first->unusable)
        return first;
    if (typed.starts_with('@') || typed.starts_with('+')) {
        bool const by_name = typed.starts_with('@');
        json::value const params{{by_name ? "username" : "phone", typed.substr(1)}};
        auto const answer =
            call_as_is(by_name ? "contacts.resolveUsername" : "contacts.resolvePhone", params);
        if (!answer) {
            if (answer.error().is(errc::rpc) && answer.error().number() == 400)
                return error(errc::bad_argument, "nobody is called '" + printable(typed) + "' (" +
                                                     answer.error().message() + ")");
            return answer.error();
        }
        std::lock_guard const lock(mutex_);
        if (auto const* const found = book_.find(member(*answer, "peer")))
            return *found;
        return first;
    }
    if (!dialogs_read_) {
        json::value const params{{"offset_date", 0},
                                 {"offset_id", 0},
                                 {"offset_peer", json::object{{"_", "inputPeerEmpty"}}},
                                 {"limit", 100},
                                 {"hash", 0}};
        if (auto const answer = call_as_is("messages.getDialogs", params); !answer)
            return answer.error();
        dialogs_read_ = true;
        return known();
    }
    return first;
}

result<> api::load_access_file(const std::string& file)
{
    auto const self = me();
    if (!self)
        return self.error();
    std::lock_guard const lock(mutex_);
    return book_.load(file, self->id);
}

result<> api::read_contacts()
{
    auto const answer = call("contacts.getContacts", json::object());
    return answer ? result<>() : result<>(answer.error());
}

// https://core.telegram.org/api/offsets
result<> api::read_dialogs()
{
    json::object params{{"offset_date", 0},
                        {"offset_id", 0},
                        {"offset_peer", json::object{{"_", "inputPeerEmpty"}}},
                        {"limit", 100}};
    std::int64_t last_top = -1;
    for (;;) {
        auto const answer = call("messages.getDialogs", params);
        if (!answer)
            return answer.error();
        auto const* const dialogs = member(*answer, "dialogs").if_array();
        if (dialogs == nullptr)
            return error(errc::wrong_result, "the server gave " + std::string(name_of(*answer)));
        if (name_of(*answer) == "messages.dialogs" || dialogs->empty())
            return {};
        auto const& last = dialogs->back();
        auto const top = integer(member(last, "top_message"));
        if (top == last_top)
            return {}; // a server that does not go on
        last_top = top;
        params["offset_id"] = top;
        if (auto const* const messages = member(*answer, "messages").if_array())
            for (auto const& message : *messages)
                if (integer(member(message, "id")) == top &&
                    member(message, "peer_id") == member(last, "peer"))
                    params["offset_date"] = member(message, "date");
        auto const peer = known(member(last, "peer"));
        auto const input = peer ? input_of(*peer, "InputPeer")
                                : result<json::value>(error(errc::wrong_result, "a dialog with nobody"));
        if (!input)
            return input.error();
        params["offset_peer"] = *input;
    }
}

result<json::value> api::read_updates(const std::vector<std::byte>& body)
{
    auto out = schema::tl_to_json(schema_, body);
    if (out) {
        std::lock_guard const lock(mutex_);
        book_.learn(*out);
    }
    return out;
}

std::string api::name(const json::value& of)
{
    std::lock_guard const lock(mutex_);
    return book_.call(of);
}

std::optional<peer> api::known(const json::value& of)
{
    std::lock_guard const lock(mutex_);
    auto const* const found = book_.find(of);
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

std::vector<std::string> api::peer_names()
{
    std::lock_guard const lock(mutex_);
    return book_.names();
}

std::vector<std::string> api::method_names() const
{
    std::vector<std::string> out;
    for (auto const& line : schema_.functions())
        out.emplace_back(line.name);
    return out;
}

std::string api::text_of_message(const json::value& message) const
{
    std::string text;
    if (auto const* const body = message.if_object())
        text = printable(text_of(*body, "message"));
    auto const& media = member(message, "media");
    if (!media.is_null()) {
        auto label = std::string(name_of(media));
        if (label.starts_with("messageMedia"))
            label.erase(0, 12);
        text = '[' + label + ']' + (text.empty() ? "" : ' ' + text);
    }
    if (name_of(message) == "messageService") {
        auto action = std::string(name_of(member(message, "action")));
        if (action.starts_with("messageAction"))
            action.erase(0, 13);
        text = '(' + action + ')';
    }
    return text;
}

std::string api::describe_message(const json::value& message)
{
    if (name_of(message) == "messageEmpty")
        return "(empty)";
    auto const& in = member(message, "peer_id");
    auto const& by = member(message, "from_id");
    bool const out = flag(message, "out");
    std::string who = out ? "me" : name(by.is_null() ? in : by);
    // In a private chat the peer is the other one; elsewhere it is the chat.
    bool const is_private = name_of(in) == "peerUser";
    if (out && is_private)
        who += " to " + name(in);
    else if (!is_private && !by.is_null())
        who += " in " + name(in);
    auto const when = clock_of(member(message, "date"));
    return paint(stdout, colour::dim, when) + (when.empty() ? "" : " ") + paint(stdout, colour::bold, who) +
           ": " + text_of_message(message);
}

std::vector<std::string> api::describe(const json::value& updates)
{
    std::vector<std::string> lines;
    auto const one = [&](const json::value& update) {
        auto const kind = name_of(update);
        if (kind == "updateNewMessage" || kind == "updateNewChannelMessage" ||
            kind == "updateNewScheduledMessage") {
            lines.push_back(describe_message(member(update, "message")));
        } else if (kind == "updateEditMessage" || kind == "updateEditChannelMessage") {
            lines.push_back(describe_message(member(update, "message")) + " (edited)");
        } else if (kind == "updateDeleteMessages" || kind == "updateDeleteChannelMessages") {
            auto const* const list = member(update, "messages").if_array();
            lines.push_back(paint(stdout, colour::dim,
                                  std::to_string(list != nullptr ? list->size() : 0) + " messages deleted"));
        } else if (kind == "updateUserStatus") {
            json::value const who{{"_", "peerUser"}, {"user_id", member(update, "user_id")}};
            auto const online = name_of(member(update, "status")) == "userStatusOnline";
            lines.push_back(paint(stdout, colour::dim, name(who) + (online ? " is online" : " is offline")));
        } else if (kind == "updateUserTyping") {
            json::value const who{{"_", "peerUser"}, {"user_id", member(update, "user_id")}};
            lines.push_back(paint(stdout, colour::dim, name(who) + " is typing"));
        } else if (kind == "updateReadHistoryOutbox") {
            lines.push_back(
                paint(stdout, colour::dim, name(member(update, "peer")) + " has read your messages"));
        } else if (kind != "updateMessageID" && kind != "updateReadHistoryInbox" && !kind.empty()) {
            lines.push_back(paint(stdout, colour::dim, kind));
        }
    };
    auto const kind = name_of(updates);
    if (kind == "updateShortMessage" || kind == "updateShortChatMessage") {
        // The short forms are a message with its fields spread out: put them where a message has them.
        auto message = updates.get_object();
        message["_"] = "message";
        bool const in_chat = kind == "updateShortChatMessage";
        message["peer_id"] = in_chat
                                 ? json::object{{"_", "peerChat"}, {"chat_id", member(updates, "chat_id")}}
                                 : json::object{{"_", "peerUser"}, {"user_id", member(updates, "user_id")}};
        if (in_chat)
            message["from_id"] = json::object{{"_", "peerUser"}, {"user_id", member(updates, "from_id")}};
        else
            message.erase("from_id");
        lines.push_back(describe_message(json::value(std::move(message))));
    } else if (kind == "updateShort") {
        one(member(updates, "update"));
    } else if (auto const* const list = member(updates, "updates").if_array()) {
        for (auto const& update : *list)
            one(update);
    } else if (kind == "updatesTooLong") {
        lines.push_back(paint(stdout, colour::dim, "many updates; 'dialogs' shows what is new"));
    }
    return lines;
}

} // namespace mtproto::apps

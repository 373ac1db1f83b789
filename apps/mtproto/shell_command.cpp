// `mtproto shell`: dialogs, messages and any method, line by line.

#include "api.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "json_text.hpp"
#include "line_editor.hpp"
#include "suggest.hpp"

#include <mtproto/tl/json.hpp>
#include <mtproto/tl/schema/canonical.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace mtproto::apps {
namespace {

namespace json = boost::json;

struct word
{
    std::string text;
    std::size_t end = 0; // where in the line it ends
};

// Words apart by spaces; quotes hold spaces together. Nothing if a quote stays open.
std::optional<std::vector<word>> words_of(std::string_view line, std::size_t at_most)
{
    std::vector<word> words;
    std::size_t i = 0;
    while (words.size() < at_most) {
        while (i < line.size() && (line[i] == ' ' || line[i] == '\t'))
            ++i;
        if (i == line.size())
            break;
        word one;
        while (i < line.size() && line[i] != ' ' && line[i] != '\t') {
            if (char const quote = line[i]; quote == '"' || quote == '\'') {
                auto const end = line.find(quote, i + 1);
                if (end == line.npos) {
                    if (quote == '"')
                        return std::nullopt;
                    one.text += line[i++]; // an apostrophe
                    continue;
                }
                one.text += line.substr(i + 1, end - i - 1);
                i = end + 1;
            } else {
                one.text += line[i++];
            }
        }
        one.end = i;
        words.push_back(std::move(one));
    }
    return words;
}

// What follows a word, as it was typed.
std::string_view rest_of(std::string_view line, const word& after)
{
    auto rest = line.substr(after.end);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    while (rest.ends_with(' ') || rest.ends_with('\t'))
        rest.remove_suffix(1);
    return rest;
}

std::string_view unquoted(std::string_view text)
{
    bool const quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                        text.find(text.front(), 1) == text.size() - 1;
    return quoted ? text.substr(1, text.size() - 2) : text;
}

struct command_help
{
    const char* name;
    const char* usage;
    const char* what;
};
constexpr command_help commands[] = {
    {"dialogs", "dialogs [COUNT]", "the latest conversations"},
    {"chans", "chans", "channels and groups"},
    {"contacts", "contacts", "the address book"},
    {"history", "history PEER [COUNT]", "the latest messages with someone"},
    {"send", "send PEER TEXT", "send a message to a person, bot or chat"},
    {"send2c", "send2c CHANNEL TEXT", "send a message to a channel or group"},
    {"call", "call METHOD [JSON]", "any method of the API; the answer as JSON"},
    {"schema", "schema NAME", "what a method takes, what a type can be"},
    {"me", "me", "who this account is"},
    {"updates", "updates on|off", "show or hide what happens meanwhile"},
    {"help", "help [COMMAND]", "this list"},
    {"exit", "exit", "leave; so does Ctrl-D"},
};

std::string default_history()
{
    namespace fs = std::filesystem;
    auto const* const state = std::getenv("XDG_STATE_HOME");
    auto const* const home = std::getenv("HOME");
    fs::path folder;
    if (state != nullptr && *state != '\0')
        folder = fs::path(state) / "mtproto";
    else if (home != nullptr && *home != '\0')
        folder = fs::path(home) / ".local" / "state" / "mtproto";
    else
        return {};
    std::error_code failed;
    fs::create_directories(folder, failed);
    return failed ? std::string() : (folder / "history").string();
}

class shell
{
public:
    shell(remote& connection, const shell_options& options)
        : api_(connection),
          editor_("mtproto> ", options.history.empty() ? default_history() : options.history,
                  [this](std::string_view line) { return complete(line); }),
          updates_(!options.no_updates), access_(options.connection.access)
    {
        connection.on_update([this](const std::vector<std::byte>& body) { on_update(body); });
    }

    /// Tells the server that this session wants updates, and finds out whether it is still signed in.
    /// https://core.telegram.org/method/updates.getState
    result<> begin()
    {
        auto const state = api_.call("updates.getState", json::object());
        if (!state)
            return state.error();
        return access_.empty() ? result<>() : api_.load_access_file(access_);
    }
    int read_all(std::string_view greeting)
    {
        if (editor_.interactive()) {
            editor_.print(std::string(greeting) + "Type " + paint(stdout, colour::bold, "help") +
                          " for the commands, " + paint(stdout, colour::bold, "exit") + " to leave.\n");
        }
        while (!left_) {
            auto const line = editor_.read();
            if (!line)
                break;
            run(*line);
        }
        return editor_.interactive() ? exit_ok : code_;
    }
    int run_all(const std::vector<std::string>& lines)
    {
        for (auto const& line : lines)
            if (!left_)
                run(line);
        return code_;
    }

private:
    void run(std::string_view line)
    {
        auto const words = words_of(line, 3);
        if (words && (words->empty() || words->front().text.starts_with('#')))
            return;
        // Text to send may hold a lone quote; the words before it may not.
        auto const first =
            words ? *words : words_of(line.substr(0, line.find('"')), 3).value_or(std::vector<word>());
        if (first.empty()) {
            note_failure(error(errc::bad_argument, "a quote is not closed"));
            return;
        }
        if (auto const done = dispatch(line, first); !done)
            note_failure(done.error());
    }

    void note_failure(const error& why)
    {
        int const code = fail(why);
        if (code_ == exit_ok)
            code_ = code;
    }

    result<> dispatch(std::string_view line, const std::vector<word>& words)
    {
        auto const& name = words[0].text;
        auto const count = words.size();
        if (name == "dialogs" || name == "dialog")
            return dialogs(count > 1 ? words[1].text : "20");
        if (name == "chans" || name == "channels")
            return channels();
        if (name == "contacts")
            return contacts();
        if (name == "me")
            return me();
        if (name == "history" && count >= 2)
            return history(words[1].text, count > 2 ? words[2].text : "20");
        if ((name == "send" || name == "send2c") && count >= 3)
            return send(words[1].text, unquoted(rest_of(line, words[1])), name == "send2c");
        if (name == "call" && count >= 2)
            return call(words[1].text, unquoted_json(rest_of(line, words[1])));
        if (name == "schema" && count >= 2)
            return schema(words[1].text);
        if (name == "updates" && count == 2 && (words[1].text == "on" || words[1].text == "off")) {
            updates_ = words[1].text == "on";
            return {};
        }
        if (name == "help" || name == "?")
            return help(count > 1 ? words[1].text : "");
        if (name == "exit" || name == "quit") {
            left_ = true;
            return {};
        }
        for (auto const& one : commands)
            if (name == one.name)
                return error(errc::bad_argument, std::string("this is written '") + one.usage + "'");
        std::vector<std::string_view> names;
        for (auto const& one : commands)
            names.emplace_back(one.name);
        auto const meant = did_you_mean(nearest(name, names));
        return error(errc::bad_argument, "'" + printable(name) + "' is not a command" +
                                             (meant.empty() ? "; 'help' lists them" : meant));
    }

    // In a shell people quote JSON as they do on the command line.
    static std::string_view unquoted_json(std::string_view text)
    {
        return text.size() >= 2 && text.front() == '\'' && text.back() == '\''
                   ? text.substr(1, text.size() - 2)
                   : text;
    }

    static result<int> number(std::string_view text)
    {
        int value = 0;
        auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed != std::errc() || end != text.data() + text.size() || value < 1 || value > 100)
            return error(errc::bad_argument, "'" + printable(text) + "' is not a number from 1 to 100");
        return value;
    }

    void say(const std::string& text) { editor_.print(text); }

    result<> dialogs(std::string_view how_many)
    {
        auto const limit = number(how_many);
        if (!limit)
            return limit.error();
        auto const answer =
            api_.call("messages.getDialogs", {{"offset_date", 0},
                                              {"offset_id", 0},
                                              {"offset_peer", json::object{{"_", "inputPeerEmpty"}}},
                                              {"limit", *limit}});
        if (!answer)
            return answer.error();
        return list_dialogs(*answer, false);
    }

    result<> channels()
    {
        auto const answer =
            api_.call("messages.getDialogs", {{"offset_date", 0},
                                              {"offset_id", 0},
                                              {"offset_peer", json::object{{"_", "inputPeerEmpty"}}},
                                              {"limit", 100}});
        if (!answer)
            return answer.error();
        return list_dialogs(*answer, true);
    }

    result<> list_dialogs(const json::value& answer, bool only_channels)
    {
        auto const* const list = member(answer, "dialogs").if_array();
        if (list == nullptr)
            return error(errc::wrong_result, "the server gave " + std::string(name_of(answer)));
        std::vector<std::vector<std::string>> rows;
        for (auto const& dialog : *list) {
            auto const& peer = member(dialog, "peer");
            auto const known = find(peer);
            if (only_channels && name_of(peer) == "peerUser")
                continue;
            auto const unread = integer(member(dialog, "unread_count"));
            rows.push_back({known.title.empty() ? api_.name(peer) : known.title, to_string(known.kind),
                            known.username.empty() ? std::string() : '@' + known.username,
                            std::to_string(known.id), unread != 0 ? std::to_string(unread) : "",
                            last_message(answer, dialog)});
        }
        say(rows.empty() ? std::string(only_channels ? "no channels or groups\n" : "no dialogs\n")
                         : table({"name", "kind", "username", "id", "new", "last message"}, rows));
        return {};
    }

    peer find(const json::value& of)
    {
        auto const known = api_.known(of);
        return known ? *known : peer{};
    }

    std::string last_message(const json::value& answer, const json::value& dialog)
    {
        auto const top = integer(member(dialog, "top_message"));
        auto const* const list = member(answer, "messages").if_array();
        if (list == nullptr)
            return {};
        for (auto const& message : *list)
            if (integer(member(message, "id")) == top && member(message, "peer_id") == member(dialog, "peer"))
                return api_.text_of_message(message);
        return {};
    }

    result<> contacts()
    {
        auto const answer = api_.call("contacts.getContacts", json::object());
        if (!answer)
            return answer.error();
        std::vector<std::vector<std::string>> rows;
        if (auto const* const list = member(*answer, "users").if_array())
            for (auto const& user : *list) {
                auto const known = find({{"_", "peerUser"}, {"user_id", member(user, "id")}});
                rows.push_back({known.title, known.phone.empty() ? std::string() : '+' + known.phone,
                                known.username.empty() ? std::string() : '@' + known.username,
                                std::to_string(known.id)});
            }
        say(rows.empty() ? std::string("no contacts\n") : table({"name", "phone", "username", "id"}, rows));
        return {};
    }

    result<> me()
    {
        auto const self = api_.me();
        if (!self)
            return self.error();
        say(paint(stdout, colour::bold, self->title) +
            (self->username.empty() ? "" : "  @" + self->username) +
            (self->phone.empty() ? "" : "  +" + self->phone) + "  " + to_string(self->kind) + ' ' +
            std::to_string(self->id) + '\n');
        return {};
    }

    result<> history(std::string_view with, std::string_view how_many)
    {
        auto const limit = number(how_many);
        if (!limit)
            return limit.error();
        auto const answer = api_.call("messages.getHistory", {{"peer", with},
                                                              {"offset_id", 0},
                                                              {"offset_date", 0},
                                                              {"add_offset", 0},
                                                              {"limit", *limit},
                                                              {"max_id", 0},
                                                              {"min_id", 0}});
        if (!answer)
            return answer.error();
        auto const* const list = member(*answer, "messages").if_array();
        if (list == nullptr)
            return error(errc::wrong_result, "the server gave " + std::string(name_of(*answer)));
        std::string text;
        for (auto at = list->rbegin(); at != list->rend(); ++at)
            text += api_.describe_message(*at) + '\n';
        say(text.empty() ? "no messages\n" : text);
        return {};
    }

    result<> send(std::string_view to, std::string_view text, bool to_channel)
    {
        auto const found = api_.resolve(to);
        if (!found)
            return found.error();
        auto const target = to_channel ? input_of(*found, "InputChannel") : input_of(*found, "InputPeer");
        if (!target)
            return target.error();
        auto const peer = input_of(*found, "InputPeer");
        auto const answer = api_.call("messages.sendMessage", {{"peer", *peer}, {"message", text}});
        if (!answer)
            return answer.error();
        // The id comes alone, or among the updates.
        auto id = name_of(*answer) == "updateShortSentMessage" ? integer(member(*answer, "id")) : 0;
        if (auto const* const list = member(*answer, "updates").if_array())
            for (auto const& update : *list)
                if (name_of(update) == "updateMessageID")
                    id = integer(member(update, "id"));
        say(paint(stdout, colour::green, "sent") + (id != 0 ? " message " + std::to_string(id) : "") +
            " to " + (found->self ? "me" : found->title) + '\n');
        return {};
    }

    result<> call(std::string_view method, std::string_view text)
    {
        auto params = tl::parse_json(text.empty() ? "{}" : text);
        if (!params)
            return params.error();
        auto const answer = api_.call(method, std::move(*params));
        if (!answer)
            return answer.error();
        say((editor_.interactive() ? pretty_json(*answer) : json::serialize(*answer)) + '\n');
        return {};
    }

    result<> schema(std::string_view name)
    {
        schema_options options;
        options.names.emplace_back(name);
        if (int const code = run_schema_show(options); code != exit_ok && code_ == exit_ok)
            code_ = code;
        std::fflush(stdout);
        return {};
    }

    result<> help(std::string_view about)
    {
        std::string text;
        for (auto const& one : commands)
            if (about.empty() || about == one.name)
                text += "  " + paint(stdout, colour::cyan, fit(one.usage, 22)) + one.what + '\n';
        if (text.empty())
            return error(errc::bad_argument,
                         "'" + printable(about) + "' is not a command; 'help' lists them");
        if (about.empty())
            text += "PEER is me, @username, +phone, a number of 'dialogs', or a name; a name with spaces is "
                    "quoted.\n";
        else if (about == "call")
            text += "  call messages.sendMessage {\"peer\": \"@bob\", \"message\": \"hi\"}\n"
                    "  'schema METHOD' tells what it takes; random_id and hash may be left out.\n";
        else if (about == "send")
            text += "  send @bob see you at 8\n  send \"Bob Baker\" see you at 8\n";
        say(text);
        return {};
    }

    void on_update(const std::vector<std::byte>& body)
    {
        auto const updates = api_.read_updates(body);
        if (!updates_ || !updates)
            return;
        std::string text;
        for (auto const& line : api_.describe(*updates))
            text += paint(stdout, colour::magenta, "* ") + line + '\n';
        if (!text.empty())
            editor_.print(text);
    }

    completion complete(std::string_view line)
    {
        auto const words = words_of(line, 4);
        if (!words)
            return {};
        bool const fresh = line.empty() || line.back() == ' ';
        auto const position = words->size() - (fresh ? 0 : 1);
        auto const typed = fresh || words->empty() ? std::string() : words->back().text;
        completion out;
        out.begin = line.size() - typed.size();
        auto const offer = [&](std::string_view candidate, std::string_view shown = {}) {
            if (candidate.starts_with(typed))
                out.candidates.emplace_back(shown.empty() ? candidate : shown);
        };
        auto const first = words->empty() ? std::string() : words->front().text;
        if (position == 0) {
            for (auto const& one : commands)
                offer(one.name);
        } else if (position == 1 && first == "call") {
            for (auto const& name : api_.method_names())
                offer(name);
            shorten(out.candidates, typed);
        } else if (position == 1 && first == "schema") {
            for (auto const& line_of : api_.schema().combinators())
                offer(line_of.name);
            for (auto const& type : api_.schema().types())
                offer(type.name);
            shorten(out.candidates, typed);
        } else if (position == 1 && (first == "send" || first == "send2c" || first == "history")) {
            for (auto const& name : api_.peer_names())
                offer(name, name.find(' ') == name.npos ? name : '"' + name + '"');
        } else if (position == 1 && first == "help") {
            for (auto const& one : commands)
                offer(one.name);
        } else if (position == 1 && first == "updates") {
            offer("on");
            offer("off");
        } else if (position == 2 && first == "call") {
            // The parameters that must be given, ready to be filled in.
            if (auto const* const method = api_.schema().find_function((*words)[1].text);
                method && typed.empty())
                out.candidates.push_back(skeleton(*method));
        }
        return out;
    }

    // Offers namespaces first where there are many names.
    static void shorten(std::vector<std::string>& names, std::string_view typed)
    {
        if (names.size() <= 60 || typed.find('.') != typed.npos)
            return;
        for (auto& name : names)
            if (auto const dot = name.find('.'); dot != name.npos)
                name.erase(dot + 1);
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
    }

    static std::string skeleton(const tl::schema::combinator& method)
    {
        using tl::schema::type_kind;
        std::string out = "{";
        for (auto const& p : method.params) {
            if (p.when || p.flag_word || p.name == "random_id" || p.name == "hash")
                continue;
            out += out.size() == 1 ? "" : ", ";
            out += '"' + std::string(p.name) + "\": ";
            switch (p.type.kind) {
            case type_kind::vector:
            case type_kind::bare_vector:
                out += "[]";
                break;
            case type_kind::boolean:
                out += "false";
                break;
            case type_kind::string:
            case type_kind::bytes:
                out += "\"\"";
                break;
            case type_kind::boxed:
                out += p.type.name == "InputPeer" ? "\"me\"" : "{}";
                break;
            default:
                out += '0';
            }
        }
        return out + "}";
    }

    api api_;
    line_editor editor_;
    std::atomic<bool> updates_;
    std::string access_; ///< file
    int code_ = exit_ok;
    bool left_ = false;
};

} // namespace

int run_shell(const shell_options& options)
{
    auto connection = open_remote(options.connection);
    if (!connection)
        return fail(connection.error());
    int code = exit_ok;
    {
        shell one(**connection, options);
        if (auto const begun = one.begin(); !begun) {
            (*connection)->on_update(nullptr);
            return fail(begun.error());
        }
        code = options.commands.empty() ? one.read_all((*connection)->greeting())
                                        : one.run_all(options.commands);
        (*connection)->on_update(nullptr); // waits until none is being shown
    }
    return code;
}

} // namespace mtproto::apps

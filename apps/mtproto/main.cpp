// The command line: what can be written, what it means, and the examples that teach it.

#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "suggest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace mtproto::apps {
namespace {

constexpr const char* top_footer = R"(
Try it without an account:
  mtproto shell --sandbox                      a data centre in this process, signed in as Ada
  mtproto call users.getUsers '{"id":["me"]}' --sandbox --pretty
  mtproto sandbox                              a data centre on loopback, for any client

With an account (api id and hash from https://my.telegram.org/apps):
  mtproto keygen --phone +15550001 --api-id 1 --api-hash HASH
  mtproto shell
  mtproto call messages.getHistory '{"peer":"me","limit":3}'

Exit codes:
  0 done   1 answered with an error   2 wrong usage   3 no connection   4 session file
  5 refused or signed out   130 interrupted

Environment:
  MTPROTO_AUTHKEY, MTPROTO_AUTHHASH, MTPROTO_SALT, MTPROTO_ADDR, MTPROTO_USE_IPV6
                 a session without a file; used where --session is not given
  MTPROTO_API_ID, MTPROTO_API_HASH    for --api-id and --api-hash
  NO_COLOR       no colours)";

constexpr const char* call_footer = R"(
JSON:
  an object of the method's parameters; "_" names a constructor where several are possible; longs are text or
  numbers, bytes are base64. A missing random_id is drawn, a missing hash is 0. Where a peer is expected, "me"
  is yourself and "@name" is looked up. 'mtproto schema show METHOD' tells what a method takes.

Examples:
  mtproto call help.getConfig --pretty
  mtproto call messages.sendMessage '{"peer":"@bob","message":"hi"}'
  mtproto call users.getUsers '{"id":["me"]}' --sandbox | python3 -m json.tool
  echo '{"peer":"me","limit":3}' | mtproto call messages.getHistory -)";

constexpr const char* keygen_footer = R"(
The code that Telegram sends is asked for on the terminal, and so is the password of two-step verification,
which is not shown. Where stdin is not a terminal, both are read from it, a line each.

Examples:
  mtproto keygen --phone +15550001 --api-id 1 --api-hash HASH
  mtproto keygen --bot-token 110201543:AAH... --api-id 1 --api-hash HASH --out bot.json
  mtproto keygen --key-only --addr 127.0.0.1:4430 --public-key sandbox.pem --out -
  mtproto keygen --phone +15550001 --addr 127.0.0.1:4430 --public-key sandbox.pem --code 11111)";

constexpr const char* shell_footer = R"(
Commands are read from the terminal, with history, completion (Tab) and colours, or from a pipe, one a line; then
the exit code tells whether all of them worked. 'help' lists them.

Examples:
  mtproto shell --sandbox
  mtproto shell --session bot.json
  printf 'me\ndialogs\nsend @bob "see you at 8"\n' | mtproto shell
  mtproto shell -c dialogs -c 'send me done')";

constexpr const char* sandbox_footer = R"(
Listens on loopback until SIGINT or SIGTERM. Without --user and --bot it has Ada, Bob (with a password), Carol
and an echo bot, a group and a channel. What it prints is all that a client needs: address, key, accounts.

Examples:
  mtproto sandbox
  mtproto sandbox --port 4430 --key dc.pem --public-key-out sandbox.pem
  mtproto sandbox --state dc.state             goes on where it was stopped, on the same port
  mtproto sandbox --user +15550001:Ada --user +15550002:Bob:secret --bot 110201543:token:echo
  mtproto sandbox --schema 144.tl              serve clients of layer 144 too
  mtproto sandbox --also-dc 1 --also-dc 4      for clients that begin at another data centre: their accounts live at 2
  mtproto sandbox --verbose                    shows what a client of others asks for
  mtproto sandbox --json --ready-file /tmp/dc.json &)";

constexpr const char* access_footer = R"(
An access hash is what this account needs to name somebody to Telegram; no other account can use it. The file keeps them, so
that a program need not ask for all dialogs each time it starts: --access FILE of shell and call, access_manager in C++.
What the file knows already stays, newer hashes replace older ones.

Examples:
  mtproto access export                        into access.json, from dialogs and contacts
  mtproto access export bot.json --updates 60 --no-dialogs --no-contacts
  mtproto access show access.json
  mtproto shell --access access.json -c 'send2c 1234567 "good morning"')";

constexpr const char* dump_footer = R"(
What is recorded is encrypted, as it was on its way. The keys go into a file of their own, FILE.keys: whoever has
both can read everything and use the account. Without 'dump record' nothing of this is in the way of a connection.

Examples:
  mtproto dump record wire.jsonl shell --sandbox -c 'send @bob hi'
  mtproto dump record wire.jsonl keygen --phone +15550001 --api-id 1 --api-hash HASH
  mtproto dump record wire.jsonl call help.getConfig
  mtproto replay wire.jsonl)";

constexpr const char* replay_footer = R"(
One JSON object a line for each message, in order: time, connection, event, key, session, msg_id, seqno, message. The keys
are read from FILE.keys, or from what --keys names: such a file, or a session file.

Secrets are shown as "[redacted]": phone numbers, codes, passwords, keys, salts, nonces, tokens, access hashes, and what
Telegram itself writes to the account. The texts of messages are shown; --redact message hides them as well.

Examples:
  mtproto replay wire.jsonl
  mtproto replay wire.jsonl --redact message --redact username | grep updateNew
  mtproto replay old.jsonl --schema layer144.tl
  mtproto replay wire.jsonl --keys credentials.json --no-redact --pretty)";

constexpr const char* schema_footer = R"(
Examples:
  mtproto schema show messages.sendMessage
  mtproto schema show InputPeer
  mtproto schema show 0xdde8a54c --json
  mtproto schema list 'messages.send*'
  mtproto schema layer --schema other.tl)";

void add_connection(CLI::App& app, connection_options& to)
{
    app.add_option_function<std::string>(
           "--session",
           [&to](const std::string& file) {
               to.session = file;
               to.session_given = true;
           },
           "Session file [credentials.json]")
        ->type_name("FILE");
    app.add_flag("--sandbox", to.sandbox, "Start a data centre in this process and sign in to it");
    app.add_option("--timeout", to.timeout, "Seconds to wait for an answer")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
}

void add_access(CLI::App& app, connection_options& to)
{
    app.add_option("--access", to.access, "People and channels known from before: a file of 'mtproto access'")
        ->type_name("FILE");
}

void add_server(CLI::App& app, connection_options& to)
{
    app.add_option("--addr", to.address, "Data centre to talk to, instead of Telegram's")
        ->type_name("HOST:PORT");
    app.add_option("--public-key", to.public_key, "Its RSA key in PEM")->type_name("FILE");
    app.add_option("--dc", to.dc, "Number of the data centre [2]")
        ->type_name("N")
        ->check(CLI::Range(1, 99999));
    app.add_flag("--test", to.test, "Telegram's test environment");
    app.add_flag("--ipv6", to.ipv6, "Prefer IPv6");
    app.add_option("--mtproxy", to.mtproxy, "Connect through this proxy")->type_name("HOST:PORT:SECRET");
    app.add_option("--transport", to.transport, "Framing of the connection")
        ->type_name("NAME")
        ->check(CLI::IsMember({"abridged", "intermediate", "padded", "full", "obfuscated"}));
}

void add_application(CLI::App& app, int& id, std::string& hash)
{
    app.add_option("--api-id", id, "Of the application, from https://my.telegram.org/apps")
        ->type_name("N")
        ->envname("MTPROTO_API_ID");
    app.add_option("--api-hash", hash, "Of the application")->type_name("HASH")->envname("MTPROTO_API_HASH");
}

struct all_options
{
    schema_options schema;
    call_options call;
    keygen_options keygen;
    shell_options shell;
    sandbox_options sandbox;
    access_options access;
    record_options record;
    replay_options replay;
};

using command = std::function<int()>;

void add_shell(CLI::App& app, shell_options& to, command& chosen)
{
    auto* const sub =
        app.add_subcommand("shell", "Talk to Telegram line by line: dialogs, messages, any method");
    add_connection(*sub, to.connection);
    add_access(*sub, to.connection);
    add_server(*sub, to.connection);
    sub->add_option("-c,--command", to.commands, "Run this command and leave; may be repeated")
        ->type_name("LINE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub->add_flag("--no-updates", to.no_updates, "Do not print updates as they come");
    sub->add_option("--history", to.history, "Where typed lines are kept")->type_name("FILE");
    sub->footer(shell_footer);
    sub->callback([&] { chosen = [&] { return run_shell(to); }; });
}

void add_call(CLI::App& app, call_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("call", "Call one method of the API and print the answer as JSON");
    sub->add_option("METHOD", to.method, "A method of the schema, such as users.getUsers")->required();
    sub->add_option("JSON", to.json, "Its parameters as a JSON object, - to read them from stdin")
        ->capture_default_str();
    sub->add_flag("--pretty", to.pretty, "Indent the answer");
    add_connection(*sub, to.connection);
    add_access(*sub, to.connection);
    add_server(*sub, to.connection);
    sub->footer(call_footer);
    sub->callback([&] { chosen = [&] { return run_call(to); }; });
}

void add_keygen(CLI::App& app, keygen_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("keygen", "Make an auth key, sign in, and write the session file");
    auto* const phone =
        sub->add_option("--phone", to.phone, "Number in international form")->type_name("+NUMBER");
    auto* const bot = sub->add_option("--bot-token", to.bot_token, "Sign in as a bot")->type_name("TOKEN");
    auto* const bare = sub->add_flag("--key-only", to.key_only, "Only the key exchange, no sign-in");
    phone->excludes(bot)->excludes(bare);
    bot->excludes(bare);
    add_application(*sub, to.api_id, to.api_hash);
    sub->add_option("--out,--session", to.out, "Session file to write, - for stdout")
        ->type_name("FILE")
        ->capture_default_str();
    sub->add_flag("--force", to.force, "Replace a session file that is there");
    sub->add_option("--code", to.code, "The code, for scripts")->type_name("CODE");
    sub->add_option("--password-file", to.password_file, "The two-step password, for scripts")
        ->type_name("FILE");
    sub->add_option("--first-name", to.first_name, "Sign up under this name if the number is new")
        ->type_name("NAME");
    sub->add_option("--last-name", to.last_name, "Last name for signing up")->type_name("NAME");
    add_server(*sub, to.connection);
    sub->add_flag("--sandbox", to.connection.sandbox,
                  "Against a data centre in this process, to see how it goes");
    sub->add_option("--timeout", to.connection.timeout, "Seconds to wait for an answer")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    sub->footer(keygen_footer);
    sub->callback([&] {
        if (to.phone.empty() && to.bot_token.empty() && !to.key_only && !to.connection.sandbox)
            throw CLI::RequiredError("one of --phone, --bot-token and --key-only");
        chosen = [&] { return run_keygen(to); };
    });
}

void add_sandbox(CLI::App& app, sandbox_options& to, command& chosen)
{
    auto* const sub =
        app.add_subcommand("sandbox", "A Telegram data centre on loopback: no account, no internet");
    sub->add_option("--host", to.host, "Address to listen on")->type_name("ADDRESS")->capture_default_str();
    sub->add_option("--port", to.port, "Port, 0 for a free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    sub->add_option("--dc", to.dc, "Its number")
        ->type_name("N")
        ->check(CLI::Range(1, 9999))
        ->capture_default_str();
    sub->add_option("--also-dc", to.also_dcs, "Be this data centre too, at a port of its own; may be repeated")
        ->type_name("N")
        ->check(CLI::Range(1, 9999));
    sub->add_option("--user", to.users, "An account; may be repeated")->type_name("PHONE:NAME[:PASSWORD]");
    sub->add_option("--bot", to.bots, "A bot that echoes; may be repeated")->type_name("TOKEN:NAME");
    sub->add_option("--key", to.key, "RSA private key in PEM; made and written there if absent")
        ->type_name("FILE");
    sub->add_option("--state", to.state,
                    "Keep accounts, sessions and messages there; its RSA key in FILE.key")
        ->type_name("FILE");
    sub->add_option("--public-key-out", to.public_key_out, "Write the public key in PEM")->type_name("FILE");
    sub->add_option("--schema", to.schemas, "Schema of another layer that clients may speak; may be repeated")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    sub->add_option("--mtproxy-secret", to.mtproxy_secret, "Be an MTProxy too, with this secret")
        ->type_name("HEX");
    sub->add_option("--ready-file", to.ready_file, "Write the JSON line there once it listens")
        ->type_name("FILE");
    sub->add_flag("--json", to.json, "Print address, key and accounts as one JSON line");
    sub->add_flag("-v,--verbose", to.verbose, "Print every call, and what it is refused with, to stderr");
    sub->footer(sandbox_footer);
    sub->callback([&] { chosen = [&] { return run_sandbox(to); }; });
}

void add_schema(CLI::App& app, schema_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("schema", "Declarations of the API: methods, constructors, types");
    sub->require_subcommand(1);
    sub->footer(schema_footer);
    auto const common = [&to](CLI::App* one, bool with_json) {
        auto* const file =
            one->add_option("--schema", to.file, "A schema file instead of the API that is built in")
                ->type_name("FILE");
        one->add_flag("--protocol", to.protocol, "The protocol's own schema")->excludes(file);
        if (with_json)
            one->add_flag("--json", to.json, "As JSON, for scripts");
    };
    auto* const show = sub->add_subcommand("show", "What a name or an id declares");
    show->add_option("NAME", to.names, "A method, constructor, type, or id such as 0xdde8a54c")->required();
    common(show, true);
    show->callback([&] { chosen = [&] { return run_schema_show(to); }; });
    auto* const list = sub->add_subcommand("list", "Names that hold a word, or match a pattern with *");
    list->add_option("PATTERN", to.pattern, "Such as send or messages.send*");
    common(list, true);
    list->callback([&] { chosen = [&] { return run_schema_list(to); }; });
    auto* const layer = sub->add_subcommand("layer", "The number of the layer");
    common(layer, false);
    layer->callback([&] { chosen = [&] { return run_schema_layer(to); }; });
}

void add_access_command(CLI::App& app, access_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("access", "Ids and access hashes of people and channels, in a file");
    sub->require_subcommand(1);
    sub->footer(access_footer);
    auto* const get = sub->add_subcommand("export", "Write all that this account can name");
    get->add_option("FILE", to.file, "Where to")->capture_default_str();
    get->add_flag("--no-dialogs", to.no_dialogs, "Leave the dialogs out");
    get->add_flag("--no-contacts", to.no_contacts, "Leave the contacts out");
    get->add_option("--updates", to.updates, "Listen so long for updates, and take whom they name")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 86400));
    add_connection(*get, to.connection);
    add_server(*get, to.connection);
    get->callback([&] { chosen = [&] { return run_access_export(to); }; });
    auto* const show = sub->add_subcommand("show", "What a file knows");
    show->add_option("FILE", to.file, "Which")->capture_default_str();
    show->add_flag("--json", to.json, "As JSON, access hashes included");
    show->callback([&] { chosen = [&] { return run_access_show(to); }; });
}

int run(int argc, char** argv);

void add_dump(CLI::App& app, record_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("dump", "Record what goes over the wire");
    sub->fallthrough(false);
    sub->require_subcommand(1);
    sub->footer(dump_footer);
    auto* const record = sub->add_subcommand("record", "Run a command and record its connections");
    record->fallthrough(false);
    record->prefix_command();
    record->add_option("FILE", to.file, "The recording to write")->required();
    record->add_option("--keys", to.keys, "Where the keys go [FILE.keys]")->type_name("FILE");
    record->footer(dump_footer);
    record->callback([&, record] {
        to.command = record->remaining();
        chosen = [&] { return run_record(to, run); };
    });
}

void add_replay(CLI::App& app, replay_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("replay", "Show a recording as JSON, secrets left out");
    sub->add_option("FILE", to.file, "A recording of 'mtproto dump record'")->required();
    sub->add_option("--keys", to.keys, "Its keys, or a session file; may be repeated [FILE.keys]")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub->add_option("--schema", to.schema, "Schema of the layer that was spoken")->type_name("FILE");
    auto* const open = sub->add_flag("--no-redact", to.no_redact, "Show secrets too");
    sub->add_option("--redact", to.redact, "Hide this field as well; may be repeated")
        ->type_name("NAME")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->excludes(open);
    sub->add_flag("--pretty", to.pretty, "Indent the JSON");
    sub->footer(replay_footer);
    sub->callback([&] { chosen = [&] { return run_replay(to); }; });
}

// The first word that names no subcommand, with what was probably meant.
std::string unknown_command(const CLI::App& app, int argc, char** argv)
{
    auto const* at = &app;
    for (int i = 1; i < argc; ++i) {
        std::string const word = argv[i];
        if (word.starts_with('-'))
            return {};
        auto const subs = at->get_subcommands([](const CLI::App*) { return true; });
        if (subs.empty())
            return {};
        auto const found = std::find_if(subs.begin(), subs.end(),
                                        [&](const CLI::App* sub) { return sub->check_name(word); });
        if (found == subs.end()) {
            std::vector<std::string> names;
            for (auto const* sub : subs)
                names.push_back(sub->get_name());
            return "'" + printable(word) + "' is not a command" + did_you_mean(nearest(word, names));
        }
        at = *found;
    }
    return {};
}

int run(int argc, char** argv)
{
    CLI::App app("Telegram from the command line, over MTProto 2.0.", "mtproto");
    app.set_version_flag("--version", version_line());
    app.require_subcommand(1);
    app.footer(top_footer);
    app.get_formatter()->column_width(34);
    app.fallthrough(); // --color may stand behind the subcommand
    std::string when = "auto";
    app.add_option("--color", when, "When to use colours")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    all_options options;
    command chosen;
    add_shell(app, options.shell, chosen);
    add_call(app, options.call, chosen);
    add_keygen(app, options.keygen, chosen);
    add_sandbox(app, options.sandbox, chosen);
    add_schema(app, options.schema, chosen);
    add_access_command(app, options.access, chosen);
    add_dump(app, options.record, chosen);
    add_replay(app, options.replay, chosen);

    set_colours("auto");
    if (argc == 1) {
        std::fputs(app.help().c_str(), stdout);
        return exit_usage;
    }
    if (auto const sentence = unknown_command(app, argc, argv); !sentence.empty()) {
        complain(sentence + (sentence.ends_with('?') ? "" : "; see 'mtproto --help'"));
        return exit_usage;
    }
    // CLI11 looks for options of its own behind a "--"; what is to be recorded must reach it untouched.
    std::vector<char*> words(argv, argv + argc);
    if (argc > 2 && std::string_view(argv[1]) == "dump")
        if (auto const dashes = std::find(words.begin(), words.end(), std::string_view("--"));
            dashes != words.end())
            words.erase(dashes);
    try {
        app.parse(static_cast<int>(words.size()), words.data());
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted);
    } catch (const CLI::ParseError& why) {
        std::string help = "mtproto";
        for (auto const* at = &app; !at->get_subcommands().empty();) {
            at = at->get_subcommands().front();
            help += ' ' + at->get_name();
        }
        complain(printable(why.what()) + "; see '" + help + " --help'");
        return exit_usage;
    }
    set_colours(when);
    return chosen();
}

} // namespace
} // namespace mtproto::apps

int main(int argc, char** argv)
{
    std::setlocale(LC_CTYPE, "");
    // A closed pipe is an error of the write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mtproto::apps::run(argc, argv);
    } catch (const std::exception& why) {
        mtproto::apps::complain(why.what());
        return mtproto::apps::exit_failed;
    }
}

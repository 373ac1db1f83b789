// The command line of mtprotod: what can be written, what it means, and the examples that teach it.

#include "commands.hpp"
#include "grpc_log.hpp"

#include "../mtproto/console.hpp"
#include "../mtproto/suggest.hpp"

#include <CLI/CLI.hpp>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>

namespace mtproto::daemon {
namespace {

using apps::printable;

constexpr const char* top_footer = R"(
Try it without an account:
  mtprotod start --sandbox                     a Telegram in this process, served at 127.0.0.1:11011
  mtprotod test --proxy 127.0.0.1:11011        its recent dialogs, as JSON

With an account (api id and hash from https://my.telegram.org/apps):
  mtprotod start --apiid 1 --apihash HASH --phone +15550001 --secrets me.json     signs in, then serves
  mtprotod start --secrets me.json                                                from then on

Exit codes:  0 fine   1 failure   128 wrong usage)";

constexpr const char* start_footer = R"(
Signing in:
  A session file that does not exist yet is made: --phone (or --bot-token) says as whom, --apiid and --apihash which
  application; the code and the two-step password are asked for on the terminal. The same file also serves the
  command line 'mtproto', one program at a time.

Who may call:
  Unless told otherwise, programs on this machine. An address that other machines reach needs --tls-cert and --tls-key,
  and --tokens or --client-ca; without them mtprotod refuses to start. A file of tokens:
    [reporting]
    token   = "a long random text"          # openssl rand -base64 32
    methods = ["messages.get*", "ListenOnUpdates"]
    rate    = 10                            # calls a second

Several accounts:
  --secrets may be repeated; clients choose with the gRPC metadata 'mtproto-account: NAME', or get the first.

Environment:
  PORT, SECRETS     for --port and --secrets
  MTPROTO_API_ID, MTPROTO_API_HASH     for --apiid and --apihash
  NOTIFY_SOCKET     systemd is told when all is ready, and when it ends

Signals:
  SIGTERM, SIGINT   calls under way are answered, then it ends with 0; a second signal ends it at once
  SIGHUP            tokens and certificates are read again; on a terminal, as SIGTERM

Examples:
  mtprotod start --sandbox --port 0 --metrics 9464
  mtprotod start --secrets work=work.json --secrets bot=bot.json --listen unix:/run/mtprotod/socket
  mtprotod start --secrets me.json --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --tokens tokens.toml
  mtprotod start --config /etc/mtprotod/mtprotod.toml --log-format json)";

constexpr const char* test_footer = R"(
Calls messages.getDialogs of a running daemon and prints the answer as JSON.

Examples:
  mtprotod test --proxy 127.0.0.1:11011
  mtprotod test --proxy unix:/run/mtprotod/socket --account work
  mtprotod test --proxy tg.example.org:443 --tls --token-file token.txt

Environment:
  PROXY             for --proxy)";

struct start_line
{
    settings given;
    std::vector<std::string> secrets;
    std::string config;
    std::string level;
    std::string format;
    std::string socket_mode;
    double drain = -1;
    bool no_reflection = false;
    bool plaintext = false;
    bool open_health = false;
    int port = 0;
};

using command = std::function<int()>;

void add_start(CLI::App& app, start_line& to, command& chosen)
{
    auto* const sub = app.add_subcommand("start", "Serve one or more accounts over gRPC");
    auto& given = to.given;
    auto* const group_session = sub;
    group_session->add_option("--secrets", to.secrets, "Session file (credentials.json), may be repeated")
        ->type_name("[NAME=]FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->envname("SECRETS");
    sub->add_flag("--sandbox", given.sandbox, "Serve example accounts of a data centre in this process");
    sub->add_option("--addr", given.sign_in.address, "Data centre for a first sign-in, instead of Telegram's")
        ->type_name("HOST:PORT");
    sub->add_option("--public-key", given.sign_in.public_key, "Its RSA key in PEM, if it is not Telegram's")->type_name("FILE");
    sub->add_option("--dc", given.sign_in.dc, "Its number [2]")->type_name("N")->check(CLI::Range(1, 99999));
    sub->add_flag("--test", given.sign_in.test, "Sign in to Telegram's test environment");
    sub->add_option("--apiid,--api-id", given.sign_in.api_id, "Of the application, from https://my.telegram.org/apps")
        ->type_name("N")
        ->envname("MTPROTO_API_ID");
    sub->add_option("--apihash,--api-hash", given.sign_in.api_hash, "Of the application")
        ->type_name("HASH")
        ->envname("MTPROTO_API_HASH");
    auto* const phone = sub->add_option("--phone", given.sign_in.phone, "Sign in as this number")->type_name("+NUMBER");
    sub->add_option("--bot-token", given.sign_in.bot_token, "Sign in as this bot")->type_name("TOKEN")->excludes(phone);

    auto* const port = sub->add_option("--port", to.port, "Port on 127.0.0.1, 0 for a free one [11011]")
                           ->type_name("N:INT in [0 - 65535]")
                           ->envname("PORT");
    sub->add_option("--listen", given.listen, "Address to listen on instead, may be repeated")
        ->type_name("HOST:PORT|unix:PATH")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub->add_option("--socket-mode", to.socket_mode, "Who may use a unix socket [0600]")
        ->type_name("OCTAL")
        ->check([](const std::string& text) { return parse_mode(text) ? std::string() : "it is octal, such as 0660"; });
    sub->add_option("--tls-cert", given.tls_cert, "Certificate chain in PEM")->type_name("FILE");
    sub->add_option("--tls-key", given.tls_key, "Its private key in PEM")->type_name("FILE");
    sub->add_option("--client-ca", given.client_ca, "Clients must show a certificate that this one signs")->type_name("FILE");
    sub->add_option("--tokens", given.tokens, "Tokens that clients may use, and what each allows")->type_name("FILE");
    sub->add_flag("--plaintext", to.plaintext, "Listen beyond loopback without TLS: something else encrypts");
    sub->add_flag("--no-reflection", to.no_reflection, "Do not tell clients which methods there are");
    sub->add_flag("--open-health", to.open_health, "Answer health checks without a token");

    sub->add_option("--config", to.config, "Configuration in TOML; arguments come first")->type_name("FILE");
    sub->add_option("--metrics", given.metrics, "Serve http://127.0.0.1:PORT/metrics for Prometheus")->type_name("[HOST:]PORT");
    sub->add_option("--log-level", to.level, "What is logged [info]")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
    sub->add_option("--log-format", to.format, "How [text]")->type_name("FORMAT")->check(CLI::IsMember({"text", "json"}));
    sub->add_option("--drain", to.drain, "How long calls under way may take at the end [10]")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, 86400.0));
    sub->footer(start_footer);
    sub->callback([&, port] {
        for (auto const& one : to.secrets)
            to.given.accounts.push_back(parse_account(one));
        if (port->count() != 0) {
            // Not by check(): CLI11 2.4 passes over what it would refuse, if it comes from the environment.
            if (auto const why = CLI::Range(0, 65535)(std::to_string(to.port)); !why.empty())
                throw CLI::ValidationError(port->get_name(), why);
            to.given.port = to.port;
        }
        if (!to.level.empty())
            to.given.level = parse_log_level(to.level);
        if (!to.format.empty())
            to.given.format = parse_log_format(to.format);
        if (!to.socket_mode.empty())
            to.given.socket_mode = parse_mode(to.socket_mode);
        if (to.drain >= 0)
            to.given.drain = std::chrono::milliseconds(static_cast<std::int64_t>(to.drain * 1000));
        if (to.no_reflection)
            to.given.reflection = false;
        if (to.plaintext)
            to.given.plaintext = true;
        if (to.open_health)
            to.given.open_health = true;
        chosen = [&] { return run_start(std::move(to.given), to.config); };
    });
}

void add_test(CLI::App& app, test_options& to, command& chosen)
{
    auto* const sub = app.add_subcommand("test", "Ask a running daemon for recent dialogs");
    sub->add_option("--proxy", to.proxy, "Where it listens [127.0.0.1:11011]")->type_name("HOST:PORT|unix:PATH")->envname("PROXY");
    sub->add_option("--account", to.account, "Which of its accounts")->type_name("NAME");
    auto* const token = sub->add_option("--token", to.token, "Token; others on this machine can see it")->type_name("TOKEN");
    sub->add_option("--token-file", to.token_file, "File that holds the token, - for stdin")->type_name("FILE")->excludes(token);
    sub->add_flag("--tls", to.tls, "Talk TLS");
    sub->add_option("--ca", to.ca, "Who signed the daemon's certificate, in PEM [whom the system trusts]")->type_name("FILE");
    sub->add_option("--cert", to.cert, "Our own certificate")->type_name("FILE");
    sub->add_option("--key", to.key, "Its private key")->type_name("FILE");
    sub->add_option("--limit", to.limit, "How many dialogs")->type_name("N")->check(CLI::Range(1, 100))->capture_default_str();
    sub->add_option("--timeout", to.timeout, "Seconds to wait")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    sub->footer(test_footer);
    sub->callback([&] { chosen = [&] { return run_test(to); }; });
}

int run(int argc, char** argv)
{
    CLI::App app("Telegram over gRPC: one session, or many, for programs in every language.", "mtprotod");
    app.set_version_flag("--version", version_line());
    app.require_subcommand(1);
    app.footer(top_footer);
    app.get_formatter()->column_width(36);
    start_line start;
    test_options test;
    command chosen;
    add_start(app, start, chosen);
    add_test(app, test, chosen);

    apps::set_colours("auto");
    take_grpc_log();
    if (argc == 1) {
        std::fputs(app.help().c_str(), stdout);
        return exit_usage;
    }
    if (std::string const word = argv[1]; !word.starts_with('-') && word != "start" && word != "test") {
        std::vector<std::string> const names{"start", "test"};
        complain("'" + printable(word) + "' is not a command" + apps::did_you_mean(apps::nearest(word, names)) +
                 "; see 'mtprotod --help'");
        return exit_usage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted);
    } catch (const CLI::ParseError& why) {
        std::string help = "mtprotod";
        for (auto const* one : app.get_subcommands())
            help += ' ' + one->get_name();
        complain(printable(why.what()) + "; see '" + help + " --help'");
        return exit_usage;
    }
    return chosen();
}

} // namespace
} // namespace mtproto::daemon

int main(int argc, char** argv)
{
    std::setlocale(LC_CTYPE, "");
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mtproto::daemon::run(argc, argv);
    } catch (const std::exception& why) {
        mtproto::daemon::complain(why.what());
        return mtproto::daemon::exit_failed;
    }
}

// `mtprotod start`: from settings to a server that runs until a signal ends it.

#include "accounts.hpp"
#include "commands.hpp"
#include "log.hpp"
#include "metrics.hpp"
#include "notify.hpp"
#include "redact.hpp"
#include "service_bridge.hpp"

#include "../mtproto/console.hpp"
#include "../mtproto/local_sandbox.hpp"

#include <mtproto/proxy/listen_address.hpp>
#include <mtproto/proxy/server.hpp>

#include <atomic>
#include <cstdio>
#include <set>
#include <thread>

#include <csignal>
#include <ctime>
#include <pthread.h>
#include <unistd.h>

namespace mtproto::daemon {

namespace {

using apps::printable;

/// Says what happened and what helps, and gives the exit code.
int fail(const error& why)
{
    auto sentence = (why.is(errc::bad_argument) || why.is(errc::storage_failed) || why.is(errc::storage_locked)) &&
                            !why.text().empty()
                        ? why.text()
                        : why.message();
    if (auto const help = apps::advice(why); !help.empty() && !why.is(errc::storage_locked))
        sentence += "; " + help;
    complain(printable(secrets().scrub(sentence)));
    return why.is(errc::bad_argument) ? exit_usage : exit_failed;
}

/// The signals that the daemon obeys, taken by wait() alone. Set up before any thread is made.
class obeyed_signals
{
public:
    obeyed_signals()
    {
        sigemptyset(&set_);
        for (int const one : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&set_, one);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    int wait() const
    {
        int signal = 0;
        sigwait(&set_, &signal);
        return signal;
    }

private:
    sigset_t set_{};
};

/// What one reads in `systemctl reload`: RELOADING=1 with the time, until READY=1.
void notify_reloading()
{
    ::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    auto const microseconds = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

/// Tokens and certificates, read again from where they were read at the start.
result<std::size_t> reload(proxy::server& server, settings given, const std::string& config)
{
    if (!config.empty()) {
        auto lower = read_configuration(config);
        if (!lower)
            return lower.error();
        given = merged(std::move(given), std::move(*lower));
    }
    auto options = server_options_of(given);
    if (!options)
        return options.error();
    auto const count = options->tokens.size();
    if (auto const done = server.reload(std::move(options->tokens), std::move(options->tls)); !done)
        return done.error();
    return count;
}

/// Until a signal ends the daemon, which it returns. SIGHUP reloads; but a terminal that is closed sends it too, and takes a
/// daemon that was started on it along.
int obey(const obeyed_signals& signals, proxy::server& server, const settings& given, const std::string& config)
{
    bool const on_terminal = ::isatty(STDIN_FILENO) == 1;
    for (;;) {
        auto const signal = signals.wait();
        if (signal != SIGHUP || on_terminal)
            return signal;
        notify_reloading();
        auto const done = reload(server, given, config);
        if (done)
            log_info("reloaded", {{"callers", *done}});
        else
            log_error("not reloaded, what was in force stays so",
                      {{"why", done.error().text().empty() ? done.error().message() : done.error().text()}});
        notify_service_manager("READY=1");
    }
}

std::string address_of(const std::string& listen, int port)
{
    auto const colon = listen.rfind(':');
    return listen.starts_with("unix:") || colon == std::string::npos ? listen
                                                                     : listen.substr(0, colon + 1) + std::to_string(port);
}

result<> check_names(const std::vector<account_settings>& accounts)
{
    std::set<std::string> names;
    for (auto const& one : accounts) {
        if (one.name.empty() || one.secrets.empty())
            return error(errc::bad_argument, "a session is FILE or NAME=FILE, such as --secrets work=work.json");
        if (!names.insert(one.name).second)
            return error(errc::bad_argument, "two accounts are called '" + printable(one.name) +
                                                 "'; name them apart, as in --secrets other=" + printable(one.secrets));
    }
    return {};
}

/// The sessions that the settings name, signed in.
result<std::vector<session>> open_all(const settings& from)
{
    if (from.accounts.empty())
        return error(errc::bad_argument, "no session to serve: --secrets names a session file (or SECRETS, or --config); "
                                         "--sandbox needs none");
    if (auto const good = check_names(from.accounts); !good)
        return good.error();
    std::vector<session> out;
    for (auto const& one : from.accounts) {
        auto opened = open_session(one, from.sign_in);
        if (!opened)
            return opened.error();
        out.push_back(std::move(*opened));
    }
    return out;
}

/// What a newcomer wants to do next.
void print_sandbox_help(const apps::local_sandbox& sandbox, const std::vector<std::string>& addresses)
{
    auto const& at = addresses.front();
    std::string out = "A Telegram of its own, in this process: no account, no internet, nothing is kept.\n\n";
    std::string names;
    for (auto const& user : sandbox.users())
        if (&user - sandbox.users().data() < 2)
            out += "  account " + apps::short_name(user) + "  (" + user.first_name + ' ' + user.last_name + ")\n";
    for (auto const& user : sandbox.users())
        names += '@' + user.username + ' ';
    for (auto const& bot : sandbox.bots())
        names += '@' + bot.username + " (answers) ";
    out += "  to write to: " + names + "\n\ngRPC at";
    for (auto const& one : addresses)
        out += ' ' + one;
    out += "\n\nTry, in another terminal:\n"
           "  mtprotod test --proxy " +
           at + " --account " + apps::short_name(sandbox.users().front()) + "\n"
                                                                            "  grpcurl -plaintext " +
           at + " list\n"
                "  grpcurl -plaintext " +
           at + " mtproto.UpdateStreamer/ListenOnUpdates\n"
                "  grpcurl -plaintext -H 'mtproto-account: bob' -d "
                "'{\"peer\":{\"input_peer_self\":{}},\"message\":\"hi\",\"random_id\":1}' " +
           at +
           " mtproto.Mtproto/MessagesSendMessage\n\n"
           "Ctrl-C stops it.\n";
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
}

} // namespace

int run_start(settings given, const std::string& config)
{
    auto const arguments = given;
    if (!config.empty()) {
        auto lower = read_configuration(config);
        if (!lower)
            return fail(lower.error());
        given = merged(std::move(given), std::move(*lower));
    }
    secrets().add(given.sign_in.api_hash);
    secrets().add(given.sign_in.bot_token);
    secrets().add_phone(given.sign_in.phone);
    set_up_log(given.level.value_or(log_level::info), given.format.value_or(log_format::text));

    auto options = server_options_of(given);
    if (!options)
        return fail(options.error());
    // Before a code is asked for: what cannot be served need not be signed in.
    if (auto const checked = proxy::checked_addresses(*options); !checked)
        return fail(checked.error());
    auto const listens = options->listen;
    bool const has_tokens = !options->tokens.empty();

    auto const counts = std::make_shared<metrics>();

    std::unique_ptr<apps::local_sandbox> sandbox;
    result<std::vector<session>> sessions = std::vector<session>();
    std::optional<obeyed_signals> signals;
    if (given.sandbox) {
        if (!given.accounts.empty() || !given.sign_in.phone.empty())
            return fail(error(errc::bad_argument, "--sandbox brings its own accounts; leave out --secrets and --phone"));
        signals.emplace();
        auto opened = apps::local_sandbox::open({});
        if (!opened)
            return fail(opened.error());
        sandbox = std::move(*opened);
        sessions = sandbox_sessions(*sandbox);
    } else {
        sessions = open_all(given);
    }
    if (!sessions)
        return fail(sessions.error());
    // From here on there are threads that stay, and they must leave the signals alone.
    if (!signals)
        signals.emplace();
    if (!given.metrics.empty()) {
        auto const at = counts->serve(given.metrics);
        if (!at)
            return fail(at.error());
        log_info("metrics", {{"url", "http://" + *at + "/metrics"}});
    }

    proxy::server server(std::move(*options), api_of_the_contract(), counts);
    accounts clients(std::move(*sessions), counts);
    if (auto const added = clients.serve(server); !added)
        return fail(added.error());
    if (auto const up = server.start(); !up) {
        clients.close();
        return fail(up.error());
    }
    auto const ports = server.ports();
    std::vector<std::string> addresses;
    for (std::size_t i = 0; i < listens.size(); ++i)
        addresses.push_back(address_of(listens[i], i < ports.size() ? ports[i] : 0));

    int code = exit_ok;
    if (auto const connected = clients.wait_for_first_connections(std::chrono::seconds(15)); !connected) {
        code = fail(connected.error());
    } else {
        for (auto const& one : addresses)
            log_info("ready", {{"address", one}, {"tls", !given.tls_cert.empty()}, {"authentication", has_tokens}});
        if (sandbox)
            print_sandbox_help(*sandbox, addresses);
        notify_service_manager("READY=1");
        auto const signal = obey(*signals, server, arguments, config);
        notify_service_manager("STOPPING=1");
        log_info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM"
                                                                                         : "SIGHUP"}});
        // Calls under way may take a while; whoever cannot wait asks twice.
        std::thread([&signals] {
            while (signals->wait() == SIGHUP && ::isatty(STDIN_FILENO) != 1) {
            }
            log_warning("stopped at once by a second signal");
            std::fflush(nullptr);
            ::_exit(exit_ok);
        }).detach();
    }
    server.shutdown();
    clients.close();
    log_info("stopped");
    // The thread above may still wait; nothing that it uses may go before it.
    std::fflush(nullptr);
    ::_exit(code);
}

} // namespace mtproto::daemon

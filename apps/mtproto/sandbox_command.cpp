// `mtproto sandbox`: a data centre on loopback until a signal ends it.

#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "local_sandbox.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>

#include <csignal>
#include <ctime>
#include <pthread.h>

namespace mtproto::apps {

namespace {

std::string json_line(const local_sandbox& sandbox)
{
    namespace json = boost::json;
    char fingerprint[17];
    std::snprintf(fingerprint, sizeof fingerprint, "%016llx",
                  static_cast<unsigned long long>(sandbox.fingerprint()));
    json::object out;
    out["host"] = sandbox.host();
    out["port"] = sandbox.port();
    out["dc"] = sandbox.dc();
    out["public_key"] = sandbox.public_key_pem();
    out["fingerprint"] = fingerprint;
    auto& places = out["data_centres"].emplace_array();
    for (auto const& place : sandbox.places())
        places.push_back({{"dc", place.dc}, {"port", place.port}});
    auto& users = out["users"].emplace_array();
    for (auto const& user : sandbox.users())
        users.push_back({{"phone", user.phone},
                         {"first_name", user.first_name},
                         {"username", user.username},
                         {"password", user.password_unknown ? json::value() : json::value(user.password)},
                         {"code", user.code}});
    auto& bots = out["bots"].emplace_array();
    for (auto const& bot : sandbox.bots())
        bots.push_back({{"token", bot.token}, {"name", bot.name}, {"username", bot.username}});
    return json::serialize(out) + '\n';
}

std::string text_for_people(const local_sandbox& sandbox)
{
    auto const address =
        (sandbox.host().find(':') == std::string::npos ? sandbox.host() : '[' + sandbox.host() + ']') + ':' +
        std::to_string(sandbox.port());
    std::string out = "Data centre " + std::to_string(sandbox.dc()) + " listens on " +
                      paint(stdout, colour::bold, address) + ", Ctrl-C stops it.\n\n" +
                      sandbox.public_key_pem() + '\n';
    for (auto const& place : sandbox.places())
        if (place.dc != sandbox.dc())
            out += "As data centre " + std::to_string(place.dc) + " it listens on port " + std::to_string(place.port) + ".\n\n";
    std::vector<std::vector<std::string>> rows;
    for (auto const& user : sandbox.users())
        rows.push_back({user.first_name, user.username.empty() ? "" : '@' + user.username, user.phone,
                        user.code.empty() ? "(printed when asked for)" : "code " + user.code,
                        user.password_unknown   ? "its password"
                        : user.password.empty() ? ""
                                                : "password " + user.password});
    for (auto const& bot : sandbox.bots())
        rows.push_back(
            {bot.name, bot.username.empty() ? "" : '@' + bot.username, "", "token " + bot.token, ""});
    out += table({"account", "username", "phone", "signs in with", "and"}, rows);
    return out + '\n';
}

} // namespace

int run_sandbox(const sandbox_options& options)
{
    // Before any thread is made, so that all of them leave these signals to sigwait.
    sigset_t ending;
    sigemptyset(&ending);
    for (int const one : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&ending, one);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    auto opened = local_sandbox::open(options);
    if (!opened)
        return fail(opened.error());
    auto& sandbox = **opened;
    if (!options.public_key_out.empty())
        if (auto const written = write_text(options.public_key_out, sandbox.public_key_pem()); !written)
            return fail(written.error());
    auto const line = json_line(sandbox);
    std::fputs(options.json ? line.c_str() : text_for_people(sandbox).c_str(), stdout);
    std::fflush(stdout);
    if (!options.ready_file.empty())
        if (auto const written = write_text(options.ready_file, line); !written)
            return fail(written.error());

    // Between the signals that end it, what changed is written: a kill loses a second at most.
    result<> saved;
    for (timespec const second{1, 0}; sigtimedwait(&ending, nullptr, &second) < 0;) {
        auto const before = saved.has_value();
        saved = sandbox.save();
        if (!saved && before)
            complain(saved.error().text());
    }
    saved = sandbox.close();
    if (!options.ready_file.empty())
        std::remove(options.ready_file.c_str());
    if (!options.json)
        std::fputs("stopped\n", stdout);
    return saved ? exit_ok : fail(saved.error());
}

} // namespace mtproto::apps

// `mtproto keygen`: an auth key, a sign-in, and the session file that the other commands use.

#include "client_thread.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "local_sandbox.hpp"

#include <mtproto/client/credentials.hpp>
#include <mtproto/client/environment.hpp>
#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>

#include <cstdio>
#include <optional>

namespace mtproto::apps {
namespace {

std::string key_id_of(const session_data& session)
{
    char text[17] = "none";
    if (session.auth_key)
        std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(session.auth_key->id()));
    return text;
}

std::string address_text(const transport::endpoint& of)
{
    return (of.host.find(':') == std::string::npos ? of.host : '[' + of.host + ']') + ':' +
           std::to_string(of.port);
}

// The file may hold the only copy of a session: it is not replaced by accident.
result<std::optional<file_storage>> open_output(const keygen_options& options)
{
    if (options.out == "-")
        return std::optional<file_storage>();
    auto file = file_storage::open(options.out);
    if (!file)
        return file.error();
    auto const there = file->load();
    if (!options.force && !there)
        return error(errc::storage_failed, there.error().text() + "; --force replaces it");
    if (!options.force && *there && (*there)->auth_key)
        return error(errc::storage_failed, options.out + " holds a session already" +
                                               ((*there)->phone.empty() ? "" : " (" + (*there)->phone + ")") +
                                               "; --force replaces it, --out names another file");
    return std::optional<file_storage>(std::move(*file));
}

sign_in_answers answers_of(const keygen_options& options, const std::string& sandbox_code,
                           const std::string& sandbox_password)
{
    sign_in_answers answers;
    answers.first_name = options.first_name;
    answers.last_name = options.last_name;
    answers.code = [&options, sandbox_code](const std::string& sent_by,
                                            int attempt) -> std::optional<std::string> {
        auto const& known = options.code.empty() ? sandbox_code : options.code;
        if (!known.empty())
            return attempt == 1 ? std::optional(known) : std::nullopt;
        return ask(attempt == 1 ? "Code that was sent by " + printable(sent_by) + ":"
                                : "The code was refused. Code:");
    };
    answers.password = [&options, sandbox_password](const std::string& hint,
                                                    int attempt) -> std::optional<std::string> {
        std::string known = sandbox_password;
        if (!options.password_file.empty()) {
            auto text = read_text(options.password_file);
            if (!text)
                return std::nullopt;
            known = text->substr(0, text->find_first_of("\r\n"));
        }
        if (!known.empty() || !options.password_file.empty())
            return attempt == 1 ? std::optional(known) : std::nullopt;
        auto const shown = hint.empty() ? std::string(":") : " (hint: " + printable(hint) + "):";
        return ask((attempt == 1 ? "Password" : "The password was refused. Password") + shown, false);
    };
    return answers;
}

} // namespace

int run_keygen(const keygen_options& options)
{
    if (!options.password_file.empty())
        if (auto const there = read_text(options.password_file); !there)
            return fail(there.error());
    auto output = open_output(options);
    if (!output)
        return fail(output.error());

    client_setup setup;
    setup.connection = options.connection;
    setup.api_id = options.api_id;
    setup.api_hash = options.api_hash;
    std::unique_ptr<local_sandbox> sandbox;
    std::string phone = options.phone;
    std::string code;
    std::string password;
    if (options.connection.sandbox) {
        auto opened = local_sandbox::open({});
        if (!opened)
            return fail(opened.error());
        sandbox = std::move(*opened);
        use(*sandbox, setup);
        if (phone.empty() && options.bot_token.empty())
            phone = sandbox->users().front().phone;
        for (auto const& user : sandbox->users())
            if (user.phone == phone) {
                code = user.code;
                password = user.password;
            }
    }
    // A new session takes the server from the environment, its address and its key, but not another session.
    if (!sandbox) {
        auto const environment = read_environment();
        if (!environment)
            return fail(environment.error());
        if (environment->address && setup.connection.address.empty())
            setup.connection.address = address_text(*environment->address);
        if (environment->public_key)
            setup.public_key = environment->public_key->to_pem(); // --public-key comes before it
        if (environment->use_ipv6)
            setup.connection.ipv6 = *environment->use_ipv6;
    }
    // A bare key exchange introduces no application.
    if (setup.api_id == 0 && options.key_only)
        setup.api_id = 1;
    if (setup.api_id == 0) {
        complain("--api-id and --api-hash are missing; https://my.telegram.org/apps gives them");
        return exit_usage;
    }

    // Nothing is written before all is well: a refused code leaves the file as it was.
    auto memory = std::make_shared<memory_storage>();
    setup.storage = any_storage(memory);
    auto client = client_thread::open(std::move(setup));
    if (!client)
        return fail(client.error());
    if (auto const connected = (*client)->connect(); !connected)
        return fail(connected.error());
    if (!options.key_only) {
        auto const done = options.bot_token.empty()
                              ? (*client)->sign_in(phone, answers_of(options, code, password))
                              : (*client)->sign_in_bot(options.bot_token);
        if (!done)
            return fail(done.error());
    }

    auto const session = (*client)->session();
    if (!*output) {
        std::fputs((session_to_json(session) + '\n').c_str(), stdout);
        return std::fflush(stdout) == 0 ? exit_ok : exit_session;
    }
    if (auto const saved = (*output)->save(session); !saved) {
        // A session that nobody can use again should not stay in the account's list.
        if (!options.key_only)
            (void)(*client)->sign_out();
        return fail(saved.error());
    }
    std::fprintf(stderr, "%s %s: auth key %s of data centre %d%s\n",
                 paint(stderr, colour::green, "wrote").c_str(), options.out.c_str(),
                 key_id_of(session).c_str(), session.dc,
                 options.key_only            ? ", not signed in"
                 : options.bot_token.empty() ? (", signed in as " + phone).c_str()
                                             : ", signed in as a bot");
    return exit_ok;
}

} // namespace mtproto::apps

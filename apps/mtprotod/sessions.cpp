// Session files, and the first sign-in on the terminal.

#include "accounts.hpp"
#include "redact.hpp"

#include "../mtproto/client_thread.hpp"
#include "../mtproto/console.hpp"
#include "../mtproto/local_sandbox.hpp"

#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/tl/base64.hpp>

#include <filesystem>
#include <memory>

namespace mtproto::daemon {

using apps::ask;
using apps::printable;

namespace {

/// What must not be seen of a session, should anything ever print it.
void keep_secret(const session_data& data)
{
    secrets().add_phone(data.phone);
    secrets().add(data.api_hash);
    if (data.auth_key)
        secrets().add(tl::base64_encode(data.auth_key->view()));
}

/// Asked on the terminal, the password without echo; from a pipe a line each.
apps::sign_in_answers terminal_answers()
{
    apps::sign_in_answers answers;
    answers.code = [](const std::string& sent_by, int attempt) {
        auto given = ask(attempt == 1 ? "Code that was sent by " + printable(sent_by) + ":" : "The code was refused. Code:");
        secrets().add(given.value_or(""));
        return given;
    };
    answers.password = [](const std::string& hint, int attempt) {
        auto const shown_hint = hint.empty() ? std::string(":") : " (hint: " + printable(hint) + "):";
        auto given = ask((attempt == 1 ? "Password" : "The password was refused. Password") + shown_hint, false);
        secrets().add(given.value_or(""));
        return given;
    };
    return answers;
}

result<> sign_in(const sign_in_settings& how, const std::shared_ptr<file_storage>& into, const std::string& public_key)
{
    apps::client_setup setup;
    setup.connection.address = how.address;
    setup.connection.dc = how.dc;
    setup.connection.test = how.test;
    setup.public_key = public_key;
    setup.api_id = how.api_id;
    setup.api_hash = how.api_hash;
    setup.use_environment = how.address.empty();
    // Nothing is written before all is well: a refused code leaves the file as it was.
    auto memory = std::make_shared<memory_storage>();
    setup.storage = any_storage(memory);
    auto client = apps::client_thread::open(std::move(setup));
    if (!client)
        return client.error();
    if (auto const connected = (*client)->connect(); !connected)
        return connected.error();
    auto const done = how.bot_token.empty() ? (*client)->sign_in(how.phone, terminal_answers())
                                            : (*client)->sign_in_bot(how.bot_token);
    if (!done)
        return done.error();
    auto const data = (*client)->session();
    keep_secret(data);
    if (auto const saved = into->save(data); !saved) {
        // A session that nobody can use again should not stay in the account's list.
        (void)(*client)->sign_out();
        return saved.error();
    }
    return {};
}

} // namespace

result<session> open_session(const account_settings& which, const sign_in_settings& how)
{
    bool const may_sign_in = !how.phone.empty() || !how.bot_token.empty();
    std::error_code ignored;
    // Opening would make the lock's file, even in a folder where nobody ever signed in.
    if (!may_sign_in && !std::filesystem::exists(which.secrets, ignored))
        return error(errc::storage_failed,
                     "there is no session file " + which.secrets +
                         "; give --apiid, --apihash and --phone to sign in, or make it with 'mtproto keygen', or try --sandbox");
    auto file = file_storage::open(which.secrets);
    if (!file)
        return file.error();
    auto const storage = std::make_shared<file_storage>(std::move(*file));
    auto const loaded = storage->load();
    if (!loaded)
        return loaded.error();
    session out;
    out.name = which.name;
    if (!how.public_key.empty()) {
        auto pem = apps::read_text(how.public_key);
        if (!pem)
            return pem.error();
        out.public_key = std::move(*pem);
    }
    bool const signed_in = *loaded && (*loaded)->auth_key;
    if (!signed_in) {
        if (!may_sign_in)
            return error(errc::storage_failed, which.secrets + " holds no session; give --apiid, --apihash and --phone to sign in");
        if (how.api_id == 0 || how.api_hash.empty())
            return error(errc::bad_argument, "signing in needs --apiid and --apihash; https://my.telegram.org/apps gives them");
        if (auto const done = sign_in(how, storage, out.public_key); !done)
            return done.error();
        auto const again = storage->load();
        if (!again)
            return again.error();
        out.test = *again && (*again)->test_mode;
    } else {
        keep_secret(**loaded);
        out.test = (*loaded)->test_mode;
    }
    out.storage = any_storage(storage);
    return out;
}

result<std::vector<session>> sandbox_sessions(const apps::local_sandbox& sandbox)
{
    std::vector<session> out;
    auto const open = [&](const std::string& name, auto how) -> result<> {
        auto memory = std::make_shared<memory_storage>();
        apps::client_setup setup;
        setup.storage = any_storage(memory);
        apps::use(sandbox, setup);
        session one{name, any_storage(memory), setup.connection.address, sandbox.public_key_pem(), false, sandbox.dc()};
        auto client = apps::client_thread::open(std::move(setup));
        if (!client)
            return client.error();
        if (auto const up = (*client)->connect(); !up)
            return up.error();
        if (auto const done = how(**client); !done)
            return done.error();
        client->reset(); // saves
        out.push_back(std::move(one));
        return {};
    };
    auto const& users = sandbox.users();
    for (std::size_t i = 0; i < users.size() && i < 2; ++i) {
        auto const& user = users[i];
        apps::sign_in_answers answers;
        answers.code = [&](const std::string&, int) { return std::optional(user.code); };
        answers.password = [&](const std::string&, int) { return std::optional(user.password); };
        auto const done = open(apps::short_name(user), [&](apps::client_thread& tg) { return tg.sign_in(user.phone, answers); });
        if (!done)
            return done.error();
    }
    return out;
}

} // namespace mtproto::daemon

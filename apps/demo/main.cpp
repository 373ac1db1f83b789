// The demo: phones sign in, list dialogs and send a message, all on loopback, and every step is checked.
//
// It is also an example of the library: one coroutine from top to bottom, no thread, no callback.

#include "conversation.hpp"
#include "stage.hpp"
#include "through_proxy.hpp"

#include "../mtproto/local_sandbox.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/client/sign_in.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

#include <sys/stat.h>

namespace {

namespace api = mtproto::api;
namespace raw = mtproto::api::raw;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using mtproto::errc;
using mtproto::error;
using mtproto::result;
using mtproto::task;
using mtproto::apps::local_sandbox;
using mtproto::apps::sandbox_user;
using namespace mtproto::demo;

constexpr auto patience = std::chrono::seconds(30); // for the whole demo; it takes about one

/// A folder that goes when the demo ends, however it ends.
class scratch_folder
{
public:
    scratch_folder()
    {
        auto name = (fs::temp_directory_path() / "mtproto-demo-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder can be made in " + fs::temp_directory_path().string());
        path_ = name;
    }
    ~scratch_folder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    fs::path operator/(const char* name) const { return path_ / name; }

private:
    fs::path path_;
};

std::string hex(std::uint64_t value)
{
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::string name_of(const api::User& of)
{
    auto const* const user = api::get_if<api::user>(of);
    return user ? user->first_name.value_or("") : std::string("?");
}

/// What every client of this demo is told: where the data centre is, and its key.
mtproto::client_options options_for(const local_sandbox& data_centre)
{
    mtproto::client_options options;
    options.api_id = 1;
    options.api_hash = "demo";
    options.device_model = "mtproto-demo";
    options.use_environment = false;
    options.dc = data_centre.dc();
    options.data_centres.push_back({data_centre.dc(), {data_centre.host(), data_centre.port()}});
    options.keys.push_back(mtproto::crypto::rsa_public_key::from_pem(data_centre.public_key_pem()).value());
    return options;
}

class demo
{
public:
    demo(asio::io_context& io, stage& out, const local_sandbox& data_centre)
        : io_(io), out_(out), data_centre_(data_centre), ada_(data_centre.users().at(0)),
          bob_(data_centre.users().at(1))
    {
    }

    task<result<>> run()
    {
        if (ada_.username.empty() || bob_.username.empty() || bob_.password.empty())
            co_return wrong("the data centre does not have the accounts that the demo is about");
        // Its lock is ours from here to the end; the two clients that use it one after the other share it.
        auto opened = mtproto::file_storage::open(folder_ / "ada.json");
        if (!opened)
            co_return opened.error();
        auto const file = std::make_shared<mtproto::file_storage>(std::move(*opened));
        {
            auto ada_options = options_for(data_centre_);
            ada_options.storage = mtproto::any_storage(file);
            mtproto::client ada(io_, std::move(ada_options));
            mtproto::client bob(io_, options_for(data_centre_));
            if (auto const done = co_await sign_in_ada(ada); !done)
                co_return done;
            if (auto const done = co_await sign_in_bob(bob); !done)
                co_return done;
            if (auto const done = co_await talk(ada, bob); !done)
                co_return done;
            party const first{ada, ada_.username, ada_id_};
            party const second{bob, bob_.username, bob_id_};
            if (auto const done = co_await through_proxy(out_, first, second); !done)
                co_return done;
            if (auto const done = co_await bob.close(); !done)
                co_return done;
            if (auto const done = co_await ada.close(); !done)
                co_return done;
        }
        co_return co_await come_back(file);
    }

private:
    task<result<>> exchange_keys(mtproto::client& tg)
    {
        if (auto const done = co_await tg.connect(); !done)
            co_return done;
        auto const session = co_await tg.session();
        if (!session || !session->auth_key)
            co_return wrong("there is no auth key after connect()");
        out_.done("key exchange", "auth key " + hex(session->auth_key->id()) + " with data centre " +
                                      std::to_string(session->dc) + ", layer " + std::to_string(api::layer));
        co_return result<>{};
    }

    task<result<>> sign_in_ada(mtproto::client& tg)
    {
        out_.chapter("Ada, " + ada_.phone);
        if (auto const done = co_await exchange_keys(tg); !done)
            co_return done;

        mtproto::app_credentials const app{tg.options().api_id, tg.options().api_hash};
        auto const sent = co_await mtproto::send_code(tg, app, ada_.phone);
        if (!sent)
            co_return sent.error();
        auto const* const code = api::get_if<api::auth::sentCode>(*sent);
        if (!code)
            co_return wrong("auth.sendCode did not send a code");
        out_.done("auth.sendCode", "a code is on its way");

        api::auth::signIn request;
        request.phone_number = ada_.phone;
        request.phone_code_hash = code->phone_code_hash;
        request.phone_code = "00000";
        auto const refused = co_await tg.invoke(request);
        if (refused || !refused.error().is_rpc("PHONE_CODE_INVALID"))
            co_return wrong("a wrong code was not refused");
        out_.done("auth.signIn", "a wrong code is refused: " + refused.error().message());

        request.phone_code = ada_.code;
        auto const done = co_await tg.invoke(request);
        if (!done)
            co_return done.error();
        auto const* const granted = api::get_if<api::auth::authorization>(*done);
        auto const* const user = granted ? api::get_if<api::user>(*granted->user) : nullptr;
        if (!user || !user->self)
            co_return wrong("auth.signIn did not say who signed in");
        ada_id_ = user->id;
        tg.signed_in(user->id, ada_.phone);
        out_.done("auth.signIn",
                  "signed in as " + name_of(*granted->user) + ", user " + std::to_string(user->id));
        co_return result<>{};
    }

    task<result<>> sign_in_bob(mtproto::client& tg)
    {
        out_.chapter("Bob, " + bob_.phone + ", who has a two-step password");
        if (auto const done = co_await exchange_keys(tg); !done)
            co_return done;
        bool asked = false;
        auto const code = [&] { return bob_.code; };
        auto const password = [&] {
            asked = true;
            out_.done("auth.signIn", "SESSION_PASSWORD_NEEDED");
            return bob_.password;
        };
        auto const user = co_await mtproto::sign_in(tg, bob_.phone, code, password);
        if (!user)
            co_return user.error();
        if (!asked)
            co_return wrong("nobody asked for Bob's password");
        auto const* const known = api::get_if<api::user>(*user);
        if (!known)
            co_return wrong("the sign-in did not say who signed in");
        bob_id_ = known->id;
        out_.done("auth.checkPassword", "signed in as " + name_of(*user) + ", user " +
                                            std::to_string(known->id) + "; SRP: the password was never sent");
        co_return result<>{};
    }

    /// Waits for the next message among the updates and compares it.
    task<result<>> expect(mtproto::update_subscription& updates, std::int64_t from, std::string text)
    {
        for (;;) {
            auto const next = co_await updates.next<raw::Updates<lean>>();
            if (!next)
                co_return next.error();
            auto const message = message_in(*next);
            if (!message)
                continue;
            if (message->from != from || message->text != text)
                co_return wrong("the update is not about the message that was sent, but \"" + message->text +
                                '"');
            co_return result<>{};
        }
    }

    task<result<>> talk(mtproto::client& ada, mtproto::client& bob)
    {
        out_.chapter("A conversation");
        auto ada_updates = ada.subscribe();
        auto bob_updates = bob.subscribe();
        auto to_ada = co_await look_up(bob, ada_.username);
        if (!to_ada)
            co_return to_ada.error();
        auto const first = co_await send(bob, std::move(*to_ada), "Ada, are you there?");
        if (!first)
            co_return first.error();
        out_.done("messages.sendMessage", "Bob writes \"Ada, are you there?\"");
        if (auto const came = co_await expect(ada_updates, bob_id_, "Ada, are you there?"); !came)
            co_return came;
        out_.done("update", "Ada receives it");

        if (auto const listed = co_await list_dialogs(ada, out_, bob_id_, 1); !listed)
            co_return listed;

        auto to_bob = co_await look_up(ada, bob_.username);
        if (!to_bob)
            co_return to_bob.error();
        auto const second = co_await send(ada, std::move(*to_bob), "Hello Bob, hello MTProto");
        if (!second)
            co_return second.error();
        out_.done("messages.sendMessage",
                  "Ada answers \"Hello Bob, hello MTProto\", message " + std::to_string(*second));
        if (auto const came = co_await expect(bob_updates, ada_id_, "Hello Bob, hello MTProto"); !came)
            co_return came;
        out_.done("update", "Bob receives it");
        co_return result<>{};
    }

    /// A new client with the session file, and the end of that session.
    task<result<>> come_back(std::shared_ptr<mtproto::file_storage> file)
    {
        out_.chapter("Ada comes back");
        struct ::stat about{};
        if (::stat(file->path().c_str(), &about) != 0 || (about.st_mode & 0777) != 0600)
            co_return wrong("the session file is not there, or others may read it");
        auto const saved = file->load();
        if (!saved)
            co_return saved.error();
        if (!*saved || !(*saved)->auth_key || (*saved)->user_id != ada_id_)
            co_return wrong("the session file does not hold Ada's session");
        auto const key = (*saved)->auth_key->id();
        out_.done("session file",
                  "ada.json, " + std::to_string(about.st_size) + " bytes, mode 0600, auth key " + hex(key));

        auto options = options_for(data_centre_);
        options.storage = mtproto::any_storage(file);
        mtproto::client tg(io_, std::move(options));
        if (auto const done = co_await tg.connect(); !done)
            co_return done;
        auto const session = co_await tg.session();
        if (!session || !session->auth_key || session->auth_key->id() != key)
            co_return wrong("the client made another key although it had one");
        auto const self = co_await mtproto::current_user(tg);
        if (!self)
            co_return self.error();
        auto const* const user = *self ? api::get_if<api::user>(**self) : nullptr;
        if (!user || user->id != ada_id_)
            co_return wrong("the loaded session is not Ada's");
        out_.done("users.getUsers", "still " + name_of(**self) + ", without a code: the same key");

        if (auto const done = co_await mtproto::sign_out(tg); !done)
            co_return done;
        out_.done("auth.logOut", "signed out");
        api::users::getUsers request;
        request.id.emplace_back(api::inputUserSelf());
        auto const refused = co_await tg.invoke(request);
        if (refused || refused.error().number() != 401)
            co_return wrong("the data centre still knows the session");
        out_.done("users.getUsers", "refused now: " + refused.error().message());
        co_return co_await tg.close();
    }

    asio::io_context& io_;
    stage& out_;
    const local_sandbox& data_centre_;
    sandbox_user ada_;
    sandbox_user bob_;
    std::int64_t ada_id_ = 0;
    std::int64_t bob_id_ = 0;
    scratch_folder folder_;
};

int perform(stage& out)
{
    out.title("MTProto from the schema to the socket: no account, no internet, everything on loopback");
    out.chapter("A data centre");
    auto const data_centre = local_sandbox::open({});
    if (!data_centre)
        return out.failed(data_centre.error().message());
    out.done("listen", (*data_centre)->host() + ':' + std::to_string((*data_centre)->port()) + ", RSA key " +
                           hex((*data_centre)->fingerprint()));

    asio::io_context io{1};
    demo script(io, out, **data_centre);
    result<> outcome =
        error(errc::timed_out, "the demo did not end within " + std::to_string(patience.count()) + " s");
    asio::steady_timer limit(io, patience);
    limit.async_wait([&](boost::system::error_code ended) {
        if (!ended)
            io.stop();
    });
    asio::co_spawn(io, script.run(), [&](std::exception_ptr thrown, const result<>& done) {
        if (thrown)
            outcome = error(errc::wrong_result, "an exception ended the demo");
        else
            outcome = done;
        limit.cancel();
    });
    io.run();
    return outcome ? out.passed() : out.failed(outcome.error().message());
}

} // namespace

int main()
{
    stage out;
    try {
        return perform(out);
    } catch (const std::exception& why) {
        return out.failed(why.what());
    }
}

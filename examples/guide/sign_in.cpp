// Every way to sign in, against a data centre in this process.
#include "stage.hpp"

#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/types/core_u.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/sandbox/client_options.hpp>

#include <filesystem>
#include <iostream>

#include <unistd.h>

namespace api = mtproto::api;

std::string ask(std::string_view what) { return what == "password" ? "correct horse" : "12345"; }

// [phone]
mtproto::task<mtproto::result<>> by_phone(mtproto::client& tg)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const code = [](const mtproto::code_request& sent) {
        std::cout << "a code came by " << sent.sent_by << " to " << sent.phone << '\n';
        return ask("code");
    };
    auto const password = [](const mtproto::password_request& wanted) {
        std::cout << "password? hint: " << wanted.hint << '\n';
        return ask("password"); // proved by SRP, never sent
    };
    auto const me = co_await mtproto::sign_in(tg, "+15550001", code, password);
    if (!me)
        co_return me.error();
    if (auto const* const user = api::get_if<api::user>(*me))
        std::cout << "signed in as " << user->first_name.value_or("?") << ", " << user->id << '\n';
    co_return mtproto::result<>();
}
// [/phone]

// [sign-up]
mtproto::task<mtproto::result<>> as_new_account(mtproto::client& tg)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const code = [] { return ask("code"); }; // without a parameter: asked once
    auto const password = [] { return std::string(); };
    // Without a name, a number that is new is errc::bad_argument.
    mtproto::new_account const name{"Grace", "Hopper"};
    auto const me = co_await mtproto::sign_in(tg, "+15550099", code, password, name);
    co_return me ? mtproto::result<>() : me.error();
}
// [/sign-up]

// [bot]
mtproto::task<mtproto::result<>> as_bot(mtproto::client& tg, std::string token)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const me = co_await mtproto::sign_in_bot(tg, std::move(token));
    co_return me ? mtproto::result<>() : me.error();
}
// [/bot]

// [saved]
mtproto::task<mtproto::result<>> only_if_needed(mtproto::client& tg)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const me = co_await mtproto::current_user(tg); // nothing if nobody is signed in
    if (!me)
        co_return me.error();
    if (*me) {
        std::cout << "still signed in, no code needed\n";
        co_return mtproto::result<>();
    }
    auto const code = [] { return ask("code"); };
    auto const password = [] { return ask("password"); };
    auto const fresh = co_await mtproto::sign_in(tg, "+15550001", code, password);
    co_return fresh ? mtproto::result<>() : fresh.error();
}
// [/saved]

mtproto::task<mtproto::result<>> with_file(boost::asio::io_context& io, mtproto::client_options options,
                                           std::string path)
{
    // [file]
    auto file = mtproto::file_storage::open(path); // 0600, locked: a second process gets errc::storage_locked
    if (!file)
        co_return file.error();
    options.storage = std::move(*file);
    mtproto::client tg(io, std::move(options));
    // [/file]
    auto done = co_await only_if_needed(tg);
    (void)co_await tg.close();
    co_return done;
}

mtproto::task<mtproto::result<>> leave(mtproto::client& tg)
{
    // [sign-out]
    if (auto const out = co_await mtproto::sign_out(tg); !out) // the server forgets the session
        co_return out.error();
    co_return co_await tg.close(); // ends the connections; without sign_out() the session goes on later
    // [/sign-out]
}

mtproto::task<mtproto::result<>> all(boost::asio::io_context& io, mtproto::sandbox::data_centre& dc,
                                     std::string file)
{
    auto const options = mtproto::sandbox::client_options_for(dc);
    mtproto::client ada(io, options);
    mtproto::client grace(io, options);
    mtproto::client bot(io, options);
    if (auto const done = co_await by_phone(ada); !done)
        co_return done;
    if (auto const done = co_await as_new_account(grace); !done)
        co_return done;
    if (auto const done = co_await as_bot(bot, "900:secret"); !done)
        co_return done;
    for (int times = 0; times < 2; ++times)
        if (auto const done = co_await with_file(io, options, file); !done)
            co_return done;
    if (auto const done = co_await leave(ada); !done)
        co_return done;
    (void)co_await grace.close();
    (void)co_await bot.close();
    co_return mtproto::result<>();
}

int main()
{
    boost::asio::io_context io;
    mtproto::sandbox::data_centre dc(io.get_executor());
    dc.add_user(
          {.phone = "+15550001", .first_name = "Ada", .password = "correct horse", .hint = "and a battery"})
        .value();
    dc.add_bot({.token = "900:secret", .name = "Echo", .username = "echo_bot"}).value();
    dc.listen().value();
    auto const folder =
        std::filesystem::temp_directory_path() / ("mtproto-sign-in-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    int const exit_code = play(io, all(io, dc, folder / "me.json"));
    std::filesystem::remove_all(folder);
    return exit_code;
}

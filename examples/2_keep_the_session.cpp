// Signs in, keeps the session in credentials.json, and sends a message to oneself.
//
//     2_keep_the_session <api_id> <api_hash> <phone>
//
// https://my.telegram.org gives api_id and api_hash. The second run needs no code.
// MTPROTO_ADDR and MTPROTO_PUBLIC_KEY point it at another server than Telegram's, such as `mtproto sandbox`.
#include <mtproto/mtproto.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

namespace api = mtproto::api;

mtproto::task<mtproto::result<>> greet(mtproto::client& tg, std::string phone)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const me = co_await mtproto::current_user(tg);
    if (!me)
        co_return me.error();
    if (!*me) {
        auto const ask = [](std::string what) {
            std::cout << what << ": " << std::flush;
            std::string line;
            std::getline(std::cin, line);
            return line;
        };
        auto const code = [&](const mtproto::code_request& sent) { return ask("Code, by " + sent.sent_by); };
        auto const password = [&](const mtproto::password_request& asked) { return ask("Password, " + asked.hint); };
        auto const user = co_await mtproto::sign_in(tg, phone, code, password);
        if (!user)
            co_return user.error();
    }

    api::messages::sendMessage request;
    request.peer = api::inputPeerSelf();
    request.message = "Hello MTProto";
    request.random_id = mtproto::random_id();
    auto const sent = co_await tg.invoke(request); // result<api::Updates>
    if (!sent)
        co_return sent.error(); // such as 420 FLOOD_WAIT_17, with .seconds()
    std::cout << "Sent.\n";
    co_return mtproto::result<>();
}

mtproto::task<int> run(mtproto::client& tg, std::string phone)
{
    auto const done = co_await greet(tg, std::move(phone));
    if (!done)
        std::cerr << done.error().message() << '\n';
    (void)co_await tg.close(); // until then the client keeps itself connected, and io_context::run() running
    co_return done ? 0 : 1;
}

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::cerr << "usage: " << argv[0] << " <api_id> <api_hash> <phone>\n";
        return 2;
    }
    auto storage = mtproto::file_storage::open("credentials.json");
    if (!storage) {
        std::cerr << storage.error().message() << '\n';
        return 1;
    }
    mtproto::client_options options;
    options.api_id = std::atoi(argv[1]);
    options.api_hash = argv[2];
    options.storage = std::move(*storage);

    boost::asio::io_context io;
    mtproto::client tg(io, std::move(options));
    int exit_code = 1;
    boost::asio::co_spawn(io, run(tg, argv[3]), [&](std::exception_ptr failure, int code) {
        if (failure)
            std::rethrow_exception(failure);
        exit_code = code;
    });
    io.run();
    return exit_code;
}

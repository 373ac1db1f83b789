// One function, with a session of its own or through mtprotod.
//
//     3_direct_or_proxied                            the session in credentials.json, made by 2_keep_the_session
//     3_direct_or_proxied --proxy 127.0.0.1:11011    a session that mtprotod has
#include <mtproto/mtproto.hpp>
#include <mtproto/proxy/client.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string_view>

namespace api = mtproto::api;

template <mtproto::invoker Tg>
mtproto::task<mtproto::result<>> greet(Tg& tg)
{
    api::messages::sendMessage request;
    request.peer = api::inputPeerSelf();
    request.message = "Hello MTProto";
    request.random_id = mtproto::random_id();
    auto const sent = co_await tg.invoke(request); // result<api::Updates>, whoever makes the call
    if (!sent)
        co_return sent.error(); // 420 FLOOD_WAIT_17 with .seconds(), here and there
    if (auto const id = mtproto::sent_message_id(*sent, request.random_id))
        std::cout << "sent as message " << *id << '\n';
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> direct(mtproto::client& tg)
{
    auto done = co_await tg.connect();
    if (done)
        done = co_await greet(tg);
    (void)co_await tg.close();
    co_return done;
}

int main(int argc, char** argv)
{
    boost::asio::io_context io;
    int exit_code = 1;
    auto const end = [&](std::exception_ptr failure, mtproto::result<> done) {
        if (failure)
            std::rethrow_exception(failure);
        if (!done)
            std::cerr << done.error().message() << '\n';
        exit_code = done ? 0 : 1;
    };
    if (argc == 3 && std::string_view(argv[1]) == "--proxy") {
        mtproto::proxy::client tg(io, {.address = argv[2]});
        co_spawn(io, greet(tg), end);
        io.run();
    } else {
        auto storage = mtproto::file_storage::open("credentials.json");
        if (!storage) {
            std::cerr << storage.error().message() << '\n';
            return 1;
        }
        mtproto::client_options options;
        options.storage = std::move(*storage);
        mtproto::client tg(io, std::move(options));
        co_spawn(io, direct(tg), end);
        io.run();
    }
    return exit_code;
}

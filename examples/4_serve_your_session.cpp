// An application that serves its session to other languages: a proxy inside of it.
//
//     4_serve_your_session [127.0.0.1:11011]         the session in credentials.json, made by 2_keep_the_session
//
// Anything that speaks gRPC can call it then, by the contract in proto/: grpcurl, Python, or 3_direct_or_proxied --proxy.
#include <mtproto/mtproto.hpp>
#include <mtproto/proxy/api_methods.hpp>
#include <mtproto/proxy/client_account.hpp>
#include <mtproto/proxy/server.hpp>
#include <mtproto/proxy/src.hpp> // in one source of a program: gRPC

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <iostream>

namespace proxy = mtproto::proxy;

mtproto::task<mtproto::result<>> serve(mtproto::client& tg, std::string address)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();

    proxy::server server({.listen = {address}}, std::make_shared<proxy::api_methods>());
    if (auto const added = server.add_account("me", std::make_shared<proxy::client_account>(tg)); !added)
        co_return added.error();
    if (auto const started = server.start(); !started)
        co_return started.error(); // such as an address that other machines reach, without tokens
    std::cout << "serving on port " << server.ports().front() << std::endl;
    // With <mtproto/proxy/update_pump.hpp> listeners get updates, too:
    // co_spawn(tg.get_executor(), proxy::pump_updates(tg, server, "me"), boost::asio::detached);

    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
    server.drain(); // calls that are under way end with the client, below
    (void)co_await tg.close();
    server.shutdown();
    co_return mtproto::result<>();
}

int main(int argc, char** argv)
{
    auto storage = mtproto::file_storage::open("credentials.json");
    if (!storage) {
        std::cerr << storage.error().message() << '\n';
        return 1;
    }
    mtproto::client_options options;
    options.storage = std::move(*storage);

    boost::asio::io_context io;
    mtproto::client tg(io, std::move(options));
    int exit_code = 1;
    co_spawn(io, serve(tg, argc > 1 ? argv[1] : "127.0.0.1:11011"), [&](std::exception_ptr failure, mtproto::result<> done) {
        if (failure)
            std::rethrow_exception(failure);
        if (!done)
            std::cerr << done.error().message() << '\n';
        exit_code = done ? 0 : 1;
    });
    io.run();
    return exit_code;
}

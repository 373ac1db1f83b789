#include <mtproto/mtproto.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
namespace api = mtproto::api;

std::string ask(const char* what) { std::string line; std::cout << what << ": " << std::flush; std::getline(std::cin, line); return line; }

mtproto::task<void> hello(mtproto::client& tg)
{
    (co_await tg.connect()).value(); // failures are values; value() throws them
    (co_await mtproto::sign_in(tg, ask("phone"), [](auto&) { return ask("code"); }, [](auto&) { return ask("password"); })).value();
    api::messages::sendMessage request{.peer = api::inputPeerSelf{}, .message = "Hello MTProto", .random_id = mtproto::random_id()};
    auto const updates = (co_await tg.invoke(request)).value(); // api::Updates
    if (auto const id = mtproto::sent_message_id(updates, request.random_id))
        std::cout << "sent as message " << *id << '\n';
    (co_await tg.close()).value();
}

int main()
{
    boost::asio::io_context io;
    mtproto::client tg(io, {.api_id = 1, .api_hash = "yours, from my.telegram.org"});
    co_spawn(io, hello(tg), [](std::exception_ptr failure) { if (failure) std::rethrow_exception(failure); });
    io.run();
}

// A transport, a storage and an invoker of one's own.
#include "stage.hpp"

#include <mtproto/api/methods/help.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/credentials.hpp>
#include <mtproto/sandbox/client_options.hpp>
#include <mtproto/tl/names.hpp>
#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/websocket.hpp>

#include <iostream>
#include <map>
#include <memory>

namespace api = mtproto::api;
namespace transport = mtproto::transport;

// [storage]
/// Keeps sessions under names in a map; a database would do as well.
class shelf
{
public:
    shelf(std::map<std::string, std::string>& all, std::string name) : all_(&all), name_(std::move(name)) {}

    mtproto::result<std::optional<mtproto::session_data>> load()
    {
        auto const found = all_->find(name_);
        if (found == all_->end())
            return std::nullopt; // nothing was saved yet
        auto data = mtproto::session_from_json(found->second);
        if (!data)
            return data.error(); // something that cannot be used: connect() fails with it
        return std::optional(std::move(*data));
    }
    mtproto::result<> save(const mtproto::session_data& data)
    {
        (*all_)[name_] = mtproto::session_to_json(data); // a secret: whoever has it is signed in
        return {};
    }

private:
    std::map<std::string, std::string>* all_;
    std::string name_;
};
static_assert(mtproto::storage<shelf>);
// [/storage]

// [transport]
/// TCP that counts what it carries: four members make a transport.
class counted_tcp
{
public:
    counted_tcp(boost::asio::any_io_executor strand, mtproto::crypto::random_source& random,
                std::size_t& sent)
        : tcp_(std::move(strand), {}, random), sent_(&sent)
    {
    }
    mtproto::task<mtproto::result<>> connect(transport::endpoint to) { return tcp_.connect(std::move(to)); }
    mtproto::task<mtproto::result<>> send(transport::bytes_view packet)
    {
        *sent_ += packet.size();
        return tcp_.send(packet);
    }
    mtproto::task<mtproto::result<transport::frame>> receive() { return tcp_.receive(); }
    void close() noexcept { tcp_.close(); }

private:
    transport::tcp tcp_;
    std::size_t* sent_;
};
static_assert(transport::connection<counted_tcp>);
// [/transport]

// [invoker]
/// Notes each call that passes; whatever takes an invoker takes this.
template <mtproto::invoker Inner>
class noted
{
public:
    explicit noted(Inner& inner) : inner_(inner) {}

    template <mtproto::tl::method Q>
    mtproto::task<mtproto::result<typename Q::result>> invoke(const Q& request)
    {
        std::cout << mtproto::tl::name_of<Q>() << '\n';
        return inner_.invoke(request);
    }

private:
    Inner& inner_;
};
static_assert(mtproto::invoker<noted<mtproto::client>>);
// [/invoker]

mtproto::task<mtproto::result<>> ask(mtproto::client& tg)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    noted seen(tg);
    api::help::getNearestDc const request;
    auto const nearest = co_await seen.invoke(request);
    if (!nearest)
        co_return nearest.error();
    co_return co_await tg.close();
}

mtproto::task<mtproto::result<>> all(boost::asio::io_context& io, mtproto::sandbox::data_centre& dc)
{
    std::map<std::string, std::string> sessions;
    std::size_t sent = 0;
    auto options = mtproto::sandbox::client_options_for(dc);
    // [use]
    options.storage = shelf(sessions, "ada");
    options.make_transport = mtproto::use_transport(
        [&sent](boost::asio::any_io_executor strand, int /*dc*/, mtproto::crypto::random_source& random) {
            return std::make_unique<counted_tcp>(std::move(strand), random, sent);
        });
    // [/use]
    mtproto::client tg(io, std::move(options));
    if (auto const done = co_await ask(tg); !done)
        co_return done;
    std::cout << sent << " bytes sent, " << sessions.size() << " session kept\n";

    auto by_web = mtproto::sandbox::client_options_for(dc);
    // [websocket]
    by_web.make_transport = mtproto::use_transport(
        [](boost::asio::any_io_executor strand, int dc_id, mtproto::crypto::random_source& random) {
            transport::websocket_options how;
            how.dc_id = static_cast<std::int16_t>(dc_id);
            return std::make_unique<transport::websocket>(std::move(strand), how, random);
        });
    // [/websocket]
    mtproto::client web(io, std::move(by_web));
    co_return co_await ask(web);
}

int main()
{
    boost::asio::io_context io;
    mtproto::sandbox::data_centre dc(io.get_executor());
    dc.listen().value();
    return play(io, all(io, dc));
}

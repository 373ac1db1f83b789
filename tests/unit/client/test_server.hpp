// A data centre for the client's tests: the real protocol on loopback, answers by a function.
#pragma once

#include <mtproto/api/layer.hpp>
#include <mtproto/api/methods/auth.hpp>
#include <mtproto/api/methods/core.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/session/server_engine.hpp>
#include <mtproto/session/server_handshake.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/transport/tcp_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace mtproto::test {

namespace asio = boost::asio;
using bytes = std::vector<std::byte>;

inline session::time_point now()
{
    return std::chrono::steady_clock::now();
}

class server;

/// One session's end at the server, with the connection it came by.
struct peer
{
    peer(crypto::auth_key k, std::uint64_t session, session::salt_schedule& salts, crypto::random_source& random)
        : key(std::move(k)), engine(options(), key, session, salts, random)
    {
    }
    static session::server_engine_options options()
    {
        session::server_engine_options made;
        made.clock = session::server_clock::from_system();
        made.clock.known = true;
        return made;
    }
    void reply(std::int64_t msg_id, const bytes& body) { engine.reply(msg_id, body, now()); }
    template <class T>
    void answer(std::int64_t msg_id, const T& value)
    {
        reply(msg_id, tl::encode(value).value());
    }
    void fail(std::int64_t msg_id, int code, const char* text) { engine.reply_error(msg_id, code, text, now()); }
    template <class T>
    void push(const T& value)
    {
        engine.push(tl::encode(value).value(), now());
    }

    crypto::auth_key key;
    session::server_engine engine;
    int layer = 0; ///< as invokeWithLayer said, 0 before
    std::weak_ptr<transport::server_connection> link{};
};

/// Serves as long as the io_context runs; everything happens there.
class server : public std::enable_shared_from_this<server>
{
public:
    using handler = std::function<void(peer& from, const session::request& call)>;

    server(asio::any_io_executor executor, int dc, handler handle)
        : executor_(std::move(executor)), acceptor_(executor_, {asio::ip::make_address("127.0.0.1"), 0}), dc_(dc),
          handle_(std::move(handle))
    {
    }
    void start() { asio::co_spawn(executor_, accept(shared_from_this()), asio::detached); }

    static const crypto::rsa_private_key& key()
    {
        static auto const made = crypto::rsa_private_key::generate();
        return made;
    }
    dc_address address() const { return {dc_, {"127.0.0.1", acceptor_.local_endpoint().port()}}; }

    /// Options of a client that uses this server alone.
    client_options options() const
    {
        client_options made;
        made.api_id = 1;
        made.api_hash = "hash";
        made.dc = dc_;
        made.data_centres = {address()};
        made.keys = {key().public_key()};
        made.use_environment = false;
        made.reconnect_min = std::chrono::milliseconds(5);
        made.reconnect_max = std::chrono::milliseconds(50);
        made.retry_delay = std::chrono::milliseconds(5);
        return made;
    }

    void close_connections()
    {
        for (auto const& weak : links_)
            if (auto const link = weak.lock())
                link->close();
    }
    void stop()
    {
        acceptor_.close();
        close_connections();
    }
    void forget_keys()
    {
        keys_.clear();
        peers_.clear();
    }
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::shared_ptr<peer>>& peers() { return peers_; }
    /// Sends what is due to a session.
    void flush(peer& to)
    {
        if (auto const link = to.link.lock())
            asio::co_spawn(executor_, send(shared_from_this(), find(to), link), asio::detached);
    }

    int connections = 0;
    int exchanges = 0;
    int calls = 0;
    int introductions = 0;
    int temporary_exchanges = 0;
    std::set<std::uint64_t> bound{};
    bool refuse = false; ///< hang up on whoever connects

private:
    std::shared_ptr<peer> find(peer& which)
    {
        for (auto const& [id, one] : peers_)
            if (one.get() == &which)
                return one;
        return nullptr;
    }

    static asio::awaitable<void> accept(std::shared_ptr<server> self)
    {
        for (;;) {
            boost::system::error_code ec;
            auto socket = co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (ec)
                co_return;
            ++self->connections;
            if (self->refuse)
                continue;
            auto const link = std::make_shared<transport::server_connection>(std::move(socket), transport::server_options(),
                                                                             self->random_);
            self->links_.push_back(link);
            asio::co_spawn(self->executor_, serve(self, link), asio::detached);
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<server> self, std::shared_ptr<transport::server_connection> link)
    {
        session::server_handshake_options options;
        options.key = &key();
        options.clock = session::server_clock::from_system();
        session::server_handshake exchange(options, self->random_);
        std::set<std::shared_ptr<peer>> here;
        for (;;) {
            auto const got = co_await link->receive();
            if (!got)
                break;
            auto const id = session::peek_auth_key_id(got->payload);
            if (!id)
                break;
            if (*id == 0) {
                auto const step = exchange.receive(got->payload, now());
                if (!step)
                    break;
                if (step->done) {
                    auto made = exchange.outcome();
                    ++(made.expires_at ? self->temporary_exchanges : self->exchanges);
                    auto const [entry, fresh] = self->keys_.try_emplace(made.key.id(), made.key);
                    (void)fresh;
                    entry->second.salts.accept_first(made.salt, options.clock.unix_seconds(now()));
                }
                if (auto const sent = co_await link->send(step->send); !sent)
                    break;
                continue;
            }
            auto const known = self->keys_.find(*id);
            if (known == self->keys_.end()) {
                (void)co_await link->send_transport_error(-404);
                break;
            }
            bytes scratch;
            auto const packet =
                session::open(known->second.key, crypto::direction::client_to_server, got->payload, scratch);
            if (!packet)
                break;
            auto& one = self->peers_[{*id, packet->session_id}];
            if (!one)
                one = std::make_shared<peer>(known->second.key, packet->session_id, known->second.salts, self->random_);
            auto const from = one;
            from->link = link;
            if (here.insert(from).second)
                from->engine.connected(now());
            if (auto const ok = from->engine.receive(*packet, now()); !ok)
                break;
            while (auto call = from->engine.next_request())
                self->on_request(*from, *call);
            co_await send(self, from, link);
        }
        for (auto const& one : here)
            one->engine.disconnected(now());
        link->close();
    }

    static asio::awaitable<void> send(std::shared_ptr<server> self, std::shared_ptr<peer> to,
                                      std::shared_ptr<transport::server_connection> link)
    {
        (void)self;
        bytes packet;
        while (to && to->engine.next_packet(packet, now()))
            if (auto const sent = co_await link->send(packet); !sent)
                co_return;
    }

    void on_request(peer& from, session::request& call)
    {
        ++calls;
        auto const id = tl::reader(call.body).peek_id();
        if (id == api::invokeWithLayer<tl::object>::tl_id) {
            using introduction = api::invokeWithLayer<api::initConnection<tl::object>>;
            auto const request = tl::decode<introduction>(call.body);
            if (!request)
                return from.fail(call.msg_id, 400, "INPUT_LAYER_INVALID");
            from.layer = request->layer;
            call.body = request->query.query.data;
        }
        if (from.layer == 0 && id != api::auth::bindTempAuthKey::tl_id)
            return from.fail(call.msg_id, 400, "CONNECTION_NOT_INITED");
        if (tl::reader(call.body).peek_id() == api::help::getConfig::tl_id) {
            ++introductions;
            api::config config;
            config.this_dc = dc_;
            return from.answer(call.msg_id, config);
        }
        handle_(from, call);
    }

    struct known_key
    {
        explicit known_key(crypto::auth_key k) : key(std::move(k)), salts(7, key.id()) {}
        crypto::auth_key key;
        session::salt_schedule salts;
    };

    asio::any_io_executor executor_;
    asio::ip::tcp::acceptor acceptor_;
    int dc_;
    handler handle_;
    crypto::system_random random_{};
    std::map<std::uint64_t, known_key> keys_{};
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::shared_ptr<peer>> peers_{};
    std::vector<std::weak_ptr<transport::server_connection>> links_{};
};

/// Runs a coroutine to its end on `io`.
template <class T>
T run(asio::io_context& io, asio::awaitable<T> what)
{
    std::optional<T> out;
    bool done = false;
    asio::co_spawn(io, std::move(what), [&](std::exception_ptr failure, T value) {
        done = true;
        if (failure)
            std::rethrow_exception(failure);
        out.emplace(std::move(value));
    });
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done && std::chrono::steady_clock::now() < until)
        io.run_one_for(std::chrono::milliseconds(100));
    io.restart();
    if (!out)
        throw std::runtime_error("the coroutine did not end");
    return std::move(*out);
}

/// Lets time pass on `io`.
inline void pass(asio::io_context& io, std::chrono::milliseconds time)
{
    io.run_for(time);
    io.restart();
}

} // namespace mtproto::test

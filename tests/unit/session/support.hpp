// A fixed key, virtual time, and hand-made peers for the tests of this layer.
#pragma once

#include "mtproto/session/client_engine.hpp"
#include "mtproto/session/server_engine.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"

template <class T>
struct Catch::StringMaker<boost::system::result<T, mtproto::error>>
{
    static std::string convert(const boost::system::result<T, mtproto::error>& r)
    {
        return r ? "success" : r.error().message();
    }
};

namespace mtproto::session::test {

using namespace std::chrono_literals;

inline constexpr std::int64_t start_unix = 1'700'000'000; // seconds
inline const time_point start{std::chrono::hours(5)};
inline const server_clock true_clock = server_clock::at(start, start_unix * 1'000'000'000);

inline const crypto::auth_key& test_key()
{
    static crypto::auth_key const key = [] {
        crypto::seeded_random random(42);
        return crypto::auth_key(crypto::random_bytes<256>(random));
    }();
    return key;
}

template <class T>
bytes tl_bytes(const T& object)
{
    return tl::encode(object).value();
}

/// A request (or result, or update) that is nothing to the protocol: an unknown id, a number, and filler.
inline bytes numbered(std::uint32_t id, std::uint64_t number, std::size_t filler = 0)
{
    tl::writer to(16 + filler);
    to.id(id);
    to.number(number);
    for (std::size_t i = 0; i < filler / 4; ++i)
        to.number(static_cast<std::uint32_t>(i % 7));
    return {to.view().begin(), to.view().end()};
}
inline std::uint64_t number_of(bytes_view body)
{
    tl::reader from(body);
    std::uint64_t n = 0;
    from.id();
    REQUIRE(from.number(n));
    return n;
}
inline std::uint32_t id_of(bytes_view body) { return tl::reader(body).peek_id(); }

inline constexpr std::uint32_t call_id_tag = 0x11111111;
inline constexpr std::uint32_t answer_tag = 0x22222222;
inline constexpr std::uint32_t update_tag = 0x33333333;

template <class T>
std::vector<T> take(client_engine& engine)
{
    std::vector<T> out;
    while (auto e = engine.next_event())
        if (auto* wanted = std::get_if<T>(&*e))
            out.push_back(std::move(*wanted));
    return out;
}

/// A message as the tests see it, with a body of its own.
struct message
{
    std::int64_t msg_id = 0;
    std::int32_t seqno = 0;
    bytes body{};
    std::int64_t packet_id = 0;
};

/// A data centre that says exactly what a test wants.
class fake_server
{
public:
    explicit fake_server(client_engine& client) : client_(client) {}

    /// What the client has to send now, taken apart; records the last packet's fields.
    std::vector<message> take(time_point now)
    {
        std::vector<message> out;
        bytes data, scratch;
        while (client_.next_packet(data, now)) {
            auto const packet = open(test_key(), crypto::direction::client_to_server, data, scratch);
            REQUIRE(packet);
            last = *packet;
            session = packet->session_id;
            ++packets;
            std::vector<message_view> views{{packet->msg_id, packet->seqno, packet->body}};
            if (is_container(packet->body))
                REQUIRE(unpack_container(packet->msg_id, packet->body, views));
            for (auto const& v : views)
                out.push_back({v.msg_id, v.seqno, {v.body.begin(), v.body.end()}, packet->msg_id});
        }
        return out;
    }

    std::int64_t next_id(time_point now, message_kind kind = message_kind::response)
    {
        return ids.next(true_clock.unix_ns(now), kind);
    }
    bytes seal_packet(std::int64_t msg_id, std::int32_t seqno, bytes_view body)
    {
        bytes out;
        seal(test_key(), crypto::direction::server_to_client,
             {salt, session ? session : client_.session_id(), msg_id, seqno, body}, random, out);
        return out;
    }
    /// One message, as the next of the server's.
    result<> say(bytes_view body, time_point now, bool content = true)
    {
        auto const id = next_id(now);
        return client_.receive(seal_packet(id, seqnos.next(content), body), now);
    }
    template <class T>
    result<> say_object(const T& object, time_point now, bool content = false)
    {
        return say(tl_bytes(object), now, content);
    }
    result<> say_container(const std::vector<message>& messages, time_point now)
    {
        return client_.receive(seal_packet(next_id(now), seqnos.next(false), container_of(messages)), now);
    }
    static bytes container_of(const std::vector<message>& messages)
    {
        std::vector<message_view> views;
        for (auto const& m : messages)
            views.push_back({m.msg_id, m.seqno, m.body});
        tl::writer to;
        write_container(to, views);
        return {to.view().begin(), to.view().end()};
    }
    result<> answer(std::int64_t req_msg_id, bytes_view object, time_point now)
    {
        tl::writer to;
        to.id(mt::rpc_result::tl_id);
        to.number(req_msg_id);
        to.raw(object);
        return say(to.view(), now);
    }

    crypto::seeded_random random{7};
    message_id_generator ids;
    seqno_generator seqnos;
    std::uint64_t session = 0;
    std::uint64_t salt = 77;
    int packets = 0;
    plain_packet last{};

private:
    client_engine& client_;
};

} // namespace mtproto::session::test

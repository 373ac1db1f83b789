// Several packets at once, and the memory that engines use again.
#include "mtproto/session/detail/fifo.hpp"
#include "mtproto/session/detail/node_pool.hpp"
#include "support.hpp"

#include <deque>

using namespace mtproto;
using namespace mtproto::session;
using namespace mtproto::session::test;

namespace {

/// Both engines, and what one of them has to send.
struct two_ends
{
    two_ends()
        : client({}, test_key(), salts.current(start_unix), true_clock, random),
          server(server_options(), test_key(), client.session_id(), salts, random)
    {
        client.connected(now);
    }
    static server_engine_options server_options()
    {
        server_engine_options made;
        made.clock = true_clock;
        made.gzip_threshold = 0;
        return made;
    }
    /// Packets of one update each.
    std::vector<bytes> updates(std::size_t count, std::size_t filler)
    {
        std::vector<bytes> out;
        for (std::size_t i = 0; i < count; ++i) {
            server.push(numbered(update_tag, i, filler * (i % 5)), now);
            REQUIRE(server.next_packet(out.emplace_back(), now));
        }
        return out;
    }
    void settle()
    {
        bytes packet;
        for (bool more = true; more;) {
            more = false;
            while (client.next_packet(packet, now))
                more = server.receive(packet, now).has_value();
            while (auto asked = server.next_request())
                server.reply(asked->msg_id, numbered(answer_tag, number_of(asked->body)), now);
            while (server.next_packet(packet, now))
                more = client.receive(packet, now).has_value();
        }
    }

    time_point now = start;
    crypto::seeded_random random{5};
    salt_schedule salts{3, test_key().id()};
    client_engine client;
    server_engine server;
};

bytes call_of(std::uint64_t n, std::size_t size) { return numbered(call_id_tag, n, size); }

} // namespace

TEST_CASE("packets that came together are taken in their order", "[session]")
{
    for (std::size_t const count : {1u, 2u, 5u, 16u, 21u}) {
        CAPTURE(count);
        two_ends e;
        e.client.send(call_of(1, 0), e.now);
        e.settle();
        take<update>(e.client);
        auto const packets = e.updates(count, 200);
        std::vector<bytes_view> const views(packets.begin(), packets.end());
        std::size_t good = 0;
        e.client.receive(views, e.now, [&](const result<>& one) { return good += one ? 1 : 0, true; });
        CHECK(good == count);
        auto const heard = take<update>(e.client);
        REQUIRE(heard.size() == count);
        for (std::size_t i = 0; i < count; ++i)
            CHECK(number_of(heard[i].body) == i);
    }
}

TEST_CASE("a forged packet among several is refused alone, and the rest can be left", "[session]")
{
    for (bool const go_on : {true, false}) {
        two_ends e;
        e.client.send(call_of(1, 0), e.now);
        e.settle();
        take<update>(e.client);
        auto packets = e.updates(6, 40);
        packets[2].back() ^= std::byte{1};
        std::vector<bytes_view> views(packets.begin(), packets.end());
        views.push_back(bytes_view(packets[0]).first(7)); // no packet at all
        std::vector<bool> outcomes;
        e.client.receive(views, e.now, [&](const result<>& one) {
            outcomes.push_back(one.has_value());
            return one || go_on;
        });
        if (go_on)
            CHECK(outcomes == std::vector<bool>{true, true, false, true, true, true, false});
        else
            CHECK(outcomes == std::vector<bool>{true, true, false});
        CHECK(take<update>(e.client).size() == (go_on ? 5u : 2u));
    }
}

TEST_CASE("large calls travel in packets of their own, sealed together", "[session]")
{
    two_ends e;
    e.client.send(call_of(0, 0), e.now);
    e.settle();
    take<answer>(e.client);
    call_options how;
    how.compress = false;
    for (std::uint64_t n = 1; n <= 5; ++n)
        e.client.send(call_of(n, 100'000), how, e.now);
    e.client.send(call_of(6, 100), how, e.now);
    std::vector<bytes> packets(16);
    auto const count = e.client.next_packets(packets, e.now);
    CHECK(count == 5); // the small one goes with the last of the large
    std::vector<bytes_view> views(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(count));
    std::size_t good = 0;
    e.server.receive(views, e.now, [&](const result<>& one) { return good += one ? 1 : 0, true; });
    CHECK(good == count);
    for (std::uint64_t n = 1; n <= 6; ++n) {
        auto const asked = e.server.next_request();
        REQUIRE(asked);
        CHECK(number_of(asked->body) == n);
        e.server.reply(asked->msg_id, call_of(n, n % 2 == 0 ? 0 : 200'000), e.now);
    }
    auto const answers = e.server.next_packets(packets, e.now);
    CHECK(answers == 3); // 1 and 2 together, 3 and 4, 5 and 6
    views.assign(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(answers));
    e.client.receive(views, e.now, [](const result<>& one) { return one.has_value(); });
    CHECK(take<answer>(e.client).size() == 6);
    CHECK(e.client.pending_calls() == 0);
}

TEST_CASE("an engine forgets nothing that matters when it gives memory back", "[session]")
{
    two_ends e;
    for (std::uint64_t n = 0; n < 20; ++n) {
        e.client.send(call_of(n, 8), e.now);
        e.settle();
    }
    CHECK(take<answer>(e.client).size() == 20);
    e.client.send(call_of(99, 8), e.now);
    e.now += 61s; // a ping is due, with which memory is given back
    e.settle();
    auto const answers = take<answer>(e.client);
    REQUIRE(answers.size() == 1);
    CHECK(number_of(answers[0].result) == 99);
}

TEST_CASE("a log of what was sent keeps the newest and their order", "[session]")
{
    detail::service_log log;
    for (std::int64_t id = 1; id <= 600; ++id)
        log.add(id, detail::sent_service::kind::acks, false, 0).ids.assign(3, id);
    CHECK(log.find(88) == nullptr);
    REQUIRE(log.find(89) != nullptr);
    CHECK(log.find(89)->ids == std::vector<std::int64_t>(3, 89));
    CHECK(log.find(0) == nullptr);
    REQUIRE(log.take(300));
    CHECK(!log.take(300));
    CHECK(log.find(0) == nullptr);

    log.forget_below(598);
    CHECK(log.find(597) == nullptr);
    REQUIRE(log.find(598) != nullptr);
    for (std::int64_t id = 601; id <= 600 + 510; ++id)
        log.add(id, detail::sent_service::kind::acks, false, 0);
    CHECK(log.find(598) == nullptr); // the oldest went first
    CHECK(log.find(599) != nullptr);
    CHECK(log.find(601)->ids.empty());
}

TEST_CASE("a queue that keeps its memory is a queue", "[session]")
{
    crypto::seeded_random random(9);
    detail::fifo<std::vector<int>> mine;
    std::deque<std::vector<int>> theirs;
    for (int i = 0; i < 20'000; ++i) {
        std::vector<int> const item{i, i + 1};
        switch (crypto::random_u64(random) % 8) {
        case 0:
        case 1:
        case 2:
            mine.push_back(item), theirs.push_back(item);
            break;
        case 3:
            mine.push_front(item), theirs.push_front(item);
            break;
        case 4: {
            auto const odd = [&](const std::vector<int>& v) { return v[0] % 7 == i % 7; };
            REQUIRE(mine.erase_if(odd) == std::erase_if(theirs, odd));
            break;
        }
        default:
            if (!theirs.empty()) {
                REQUIRE(mine.front() == theirs.front());
                REQUIRE(mine.pop_front() == theirs.front());
                theirs.pop_front();
            }
        }
        REQUIRE(mine.size() == theirs.size());
        REQUIRE(mine.empty() == theirs.empty());
        REQUIRE(std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end()));
    }
}

TEST_CASE("nodes come back from a pool", "[session]")
{
    detail::node_pool pool;
    void* const a = pool.allocate(40);
    void* const b = pool.allocate(48);
    CHECK(a != b);
    pool.deallocate(a, 40);
    CHECK(pool.allocate(33) == a); // of the same size class
    pool.deallocate(a, 33);
    pool.deallocate(b, 48);
    void* const large = pool.allocate(5000);
    pool.deallocate(large, 5000);
    pool.release();
    pool.deallocate(pool.allocate(1), 1);
}

// A client's and a server's engine that hand each other packets in memory: what the protocol costs without
// I/O.
#include "../support/allocations.hpp"

#include <mtproto/session/client_engine.hpp>
#include <mtproto/session/server_engine.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace mtproto;
using namespace mtproto::session;

const crypto::auth_key& key()
{
    static crypto::auth_key const made = [] {
        crypto::seeded_random random(1);
        return crypto::auth_key(crypto::random_bytes<256>(random));
    }();
    return made;
}

bytes message(std::size_t size, crypto::random_source& random)
{
    bytes out((size + 3) / 4 * 4);
    random.fill(out);
    tl::store<std::uint32_t>(out.data(), 0x11111111); // an id that is none of the protocol's own
    return out;
}

/// Both ends of a session. Time stands still but for a microsecond with each step.
struct pair_of_engines
{
    explicit pair_of_engines(bool compress = false)
        : clock(server_clock::at(now, 1'800'000'000'000'000'000)), salts(1, key().id()),
          client(client_options(compress), key(), salts.current(1'800'000'000), clock, random),
          server(server_options(compress), key(), client.session_id(), salts, random)
    {
        client.connected(now);
    }
    engine_options client_options(bool compress) const
    {
        engine_options made;
        if (!compress)
            made.gzip_threshold = 0;
        return made;
    }
    server_engine_options server_options(bool compress) const
    {
        server_engine_options made;
        made.clock = clock;
        if (!compress)
            made.gzip_threshold = 0;
        return made;
    }

    /// Takes what is due on both sides to the other side until there is nothing more; false: a packet was
    /// refused.
    bool exchange(bytes_view result)
    {
        for (bool more = true; more;) {
            more = false;
            now += std::chrono::microseconds(1);
            while (client.next_packet(packet, now)) {
                more = true;
                ++packets;
                if (!server.receive(packet, now))
                    return false;
            }
            while (auto asked = server.next_request()) {
                server.reply(asked->msg_id, result, now);
                server.recycle(std::move(asked->body));
            }
            while (server.next_packet(packet, now)) {
                more = true;
                ++packets;
                if (!client.receive(packet, now))
                    return false;
            }
            while (auto event = client.next_event())
                if (auto* const got = std::get_if<answer>(&*event)) {
                    ++answers;
                    spare.push_back(std::move(got->result));
                }
        }
        return true;
    }
    /// A request in memory that an answer came in, as a caller can do that cares.
    bytes request(bytes_view content)
    {
        bytes out;
        if (!spare.empty()) {
            out = std::move(spare.back());
            spare.pop_back();
        }
        out.assign(content.begin(), content.end());
        return out;
    }

    time_point now{std::chrono::hours(5)};
    server_clock clock;
    crypto::system_random random;
    salt_schedule salts;
    client_engine client;
    server_engine server;
    bytes packet;
    std::vector<bytes> spare;
    std::size_t packets = 0;
    std::size_t answers = 0;
};

/// Calls and their answers of so many bytes, so many at a time.
void calls(benchmark::State& state, bool compress)
{
    auto const size = static_cast<std::size_t>(state.range(0));
    auto const at_once = static_cast<std::size_t>(state.range(1));
    pair_of_engines engines(compress);
    auto const content = message(size, engines.random);
    auto const round = [&] {
        for (std::size_t i = 0; i < at_once; ++i)
            engines.client.send(engines.request(content), engines.now);
        return engines.exchange(content);
    };
    for (std::size_t i = 0; i < 6000 + 600 * at_once; i += at_once) // until every window and log is full
        if (!round())
            return state.SkipWithError("a packet was refused");
    auto const before = benchmarks::heap().allocations;
    auto const packets = engines.packets, answers = engines.answers;
    for (auto _ : state)
        if (!round())
            return state.SkipWithError("a packet was refused");
    auto const allocations = static_cast<double>(benchmarks::heap().allocations - before);
    auto const sent = static_cast<double>(engines.packets - packets);
    auto const answered = static_cast<double>(engines.answers - answers);
    if (engines.answers - answers != at_once * state.iterations())
        return state.SkipWithError("not every call was answered");
    state.counters["packets/s"] = benchmark::Counter(sent, benchmark::Counter::kIsRate);
    state.counters["calls/s"] = benchmark::Counter(answered, benchmark::Counter::kIsRate);
    state.counters["allocations/packet"] = allocations / sent;
    state.counters["allocations/call"] = allocations / answered;
}
void calls_plain(benchmark::State& state) { calls(state, false); }
void calls_compressed(benchmark::State& state) { calls(state, true); }
BENCHMARK(calls_plain)
    ->ArgNames({"bytes", "at_once"})
    ->Args({100, 1})
    ->Args({1024, 1})
    ->Args({100, 64})
    ->Args({1024, 64});
BENCHMARK(calls_compressed)->ArgNames({"bytes", "at_once"})->Args({1024, 1});

/// A server's updates, each in a packet of its own, that the client takes several at a time: the goal of
/// interleaving. `together` 1: one receive() for each.
void updates(benchmark::State& state)
{
    auto const size = static_cast<std::size_t>(state.range(0));
    auto const together = static_cast<std::size_t>(state.range(1));
    pair_of_engines engines;
    auto const content = message(size, engines.random);
    std::vector<bytes> packets(together);
    std::vector<bytes_view> views(together);
    std::size_t heard = 0;
    auto const round = [&] {
        engines.now += std::chrono::microseconds(1);
        for (std::size_t i = 0; i < together; ++i) {
            engines.server.push(content, engines.now);
            if (!engines.server.next_packet(packets[i], engines.now))
                return false;
            views[i] = packets[i];
        }
        bool good = true;
        engines.client.receive(views, engines.now,
                               [&](const result<>& one) { return good = good && one.has_value(); });
        while (auto event = engines.client.next_event())
            if (auto* const got = std::get_if<update>(&*event)) {
                ++heard;
                engines.client.recycle(std::move(got->body));
            }
        while (engines.client.next_packet(engines.packet, engines.now)) // acknowledgements
            good = good && engines.server.receive(engines.packet, engines.now).has_value();
        return good;
    };
    engines.client.send(engines.request(content), engines.now);
    bool good = engines.exchange(content);
    for (int i = 0; i < 10000 && good; i += static_cast<int>(together))
        good = round();
    heard = 0;
    auto const before = benchmarks::heap().allocations;
    for (auto _ : state)
        good = good && round();
    auto const allocations = static_cast<double>(benchmarks::heap().allocations - before);
    if (!good || heard != together * state.iterations())
        return state.SkipWithError("a packet was refused");
    state.counters["packets/s"] = benchmark::Counter(static_cast<double>(heard), benchmark::Counter::kIsRate);
    state.counters["allocations/packet"] = allocations / static_cast<double>(heard);
}
BENCHMARK(updates)->ArgNames({"bytes", "together"})->ArgsProduct({{100, 1024}, {1, 4, 16}});

/// Parts of files: 512 KB each way, eight at a time, encrypted and decrypted together or one after the other.
void parts(benchmark::State& state)
{
    auto const at_once = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t size = std::size_t(512) << 10;
    pair_of_engines engines;
    auto const content = message(size, engines.random);
    auto const done = message(4, engines.random);
    bool good = engines.exchange(done);
    std::vector<bytes> packets(16);
    std::vector<bytes_view> views;
    for (auto _ : state) {
        for (std::size_t i = 0; i < at_once; ++i)
            engines.client.send(bytes(content), engines.now);
        while (auto const count = engines.client.next_packets(packets, engines.now)) {
            views.assign(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(count));
            engines.server.receive(views, engines.now,
                                   [&](const result<>& one) { return good = good && one.has_value(); });
        }
        good = good && engines.exchange(done);
    }
    if (!good || engines.answers != at_once * state.iterations())
        return state.SkipWithError("a part was lost");
    state.SetBytesProcessed(static_cast<std::int64_t>(size * at_once) *
                            static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(parts)->ArgName("at_once")->Arg(1)->Arg(4)->Arg(8)->Unit(benchmark::kMicrosecond);

/// What an engine costs that has nothing to do: `used` 0 when made, 1 after a hundred calls.
void idle_client(benchmark::State& state)
{
    static crypto::system_random random;
    auto const clock = server_clock::from_system();
    constexpr std::size_t count = 100;
    auto const content = message(100, random);
    double bytes_each = 0;
    for (auto _ : state) {
        auto const before = benchmarks::heap().bytes_in_use;
        std::vector<std::unique_ptr<client_engine>> all;
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(std::make_unique<client_engine>(engine_options(), key(), 0, clock, random));
        bytes_each = static_cast<double>(benchmarks::heap().bytes_in_use - before) / count;
    }
    state.counters["bytes/engine"] = bytes_each;
}
BENCHMARK(idle_client);

void idle_pair(benchmark::State& state)
{
    constexpr std::size_t count = 20;
    double bytes_each = 0, after_a_ping = 0;
    for (auto _ : state) {
        auto const before = benchmarks::heap().bytes_in_use;
        std::vector<std::unique_ptr<pair_of_engines>> all;
        for (std::size_t i = 0; i < count; ++i) {
            auto& one = *all.emplace_back(std::make_unique<pair_of_engines>());
            auto const content = message(100, one.random);
            for (int n = 0; n < 100; ++n) {
                one.client.send(bytes(content), one.now);
                if (!one.exchange(content))
                    return state.SkipWithError("a packet was refused");
            }
            std::vector<bytes>().swap(one.spare);
        }
        bytes_each = static_cast<double>(benchmarks::heap().bytes_in_use - before) / count;
        for (auto& one : all) {
            one->now += std::chrono::seconds(61);
            if (!one->exchange({}))
                return state.SkipWithError("a packet was refused");
            bytes().swap(one->packet);
        }
        after_a_ping = static_cast<double>(benchmarks::heap().bytes_in_use - before) / count;
    }
    state.counters["bytes/pair"] = bytes_each;
    state.counters["bytes/pair_after_a_ping"] = after_a_ping;
}
BENCHMARK(idle_pair)->Unit(benchmark::kMillisecond);

} // namespace

// Packets over loopback, in each framing, plain and obfuscated: two ends in one thread.
#include "../support/allocations.hpp"

#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/tcp_server.hpp>

#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace mtproto;
using namespace mtproto::transport;

/// Both ends of a connection on one io_context.
struct ends
{
    ends(framing_kind framing, bool obfuscated) : listener(io, {asio::ip::address_v4::loopback(), 0})
    {
        client_options options;
        options.framing = framing;
        options.obfuscated = obfuscated;
        tcp_options whole;
        static_cast<client_options&>(whole) = options;
        client = std::make_unique<tcp>(io.get_executor(), whole, random);
        server_options serving;
        serving.direct = true;
        run(accept(*this, std::move(serving)), open(*this));
    }

    static asio::awaitable<bool> accept(ends& all, server_options options)
    {
        auto socket = co_await all.listener.async_accept(asio::use_awaitable);
        all.server = std::make_unique<server_connection>(std::move(socket), std::move(options), all.random);
        co_return true;
    }
    static asio::awaitable<bool> open(ends& all)
    {
        endpoint to{"127.0.0.1", all.listener.local_endpoint().port()};
        auto const done = co_await all.client->connect(std::move(to));
        co_return done.has_value();
    }

    /// Runs both to their ends; false if one of them failed.
    bool run(asio::awaitable<bool> a, asio::awaitable<bool> b)
    {
        int good = 0, ended = 0;
        auto const take = [&](std::exception_ptr failure, bool outcome) {
            good += !failure && outcome ? 1 : 0;
            if (++ended == 2)
                io.stop();
        };
        asio::co_spawn(io, std::move(a), take);
        asio::co_spawn(io, std::move(b), take);
        io.restart();
        io.run();
        works = works && good == 2;
        return good == 2;
    }

    asio::io_context io{1};
    crypto::system_random random;
    asio::ip::tcp::acceptor listener;
    std::unique_ptr<tcp> client;
    std::unique_ptr<server_connection> server;
    bool works = true;
};

std::vector<std::byte> packet(std::size_t size)
{
    std::vector<std::byte> out(size);
    crypto::seeded_random(7).fill(out);
    return out;
}

asio::awaitable<bool> ask(tcp& with, bytes_view packet, std::size_t times)
{
    for (; times != 0; --times) {
        if (!co_await with.send(packet))
            co_return false;
        auto const got = co_await with.receive();
        if (!got || got->payload.size() < packet.size())
            co_return false;
    }
    co_return true;
}
asio::awaitable<bool> echo(server_connection& with, std::size_t times)
{
    for (; times != 0; --times) {
        auto const got = co_await with.receive();
        if (!got)
            co_return false;
        auto const sent = co_await with.send(got->payload.first(got->payload.size() / 4 * 4));
        if (!sent)
            co_return false;
    }
    co_return true;
}
asio::awaitable<bool> pour(tcp& with, std::vector<bytes_view> packets, std::size_t times)
{
    std::span<const bytes_view> const all(packets);
    for (; times != 0; --times) {
        auto const sent = co_await with.send(all);
        if (!sent)
            co_return false;
    }
    co_return true;
}
asio::awaitable<bool> drain(server_connection& with, std::size_t count)
{
    std::vector<frame> frames;
    while (count != 0) {
        auto const got = co_await with.receive_some(frames);
        if (!got)
            co_return false;
        count -= std::min(count, frames.size());
    }
    co_return true;
}

void round_trips(benchmark::State& state, framing_kind framing, bool obfuscated)
{
    ends all(framing, obfuscated);
    auto const data = packet(152); // a small call, encrypted
    constexpr std::size_t each = 32;
    bool good = all.works && all.run(ask(*all.client, data, each), echo(*all.server, each));
    auto const before = benchmarks::heap().allocations;
    for (auto _ : state)
        good = good && all.run(ask(*all.client, data, each), echo(*all.server, each));
    auto const trips = static_cast<double>(each) * static_cast<double>(state.iterations());
    state.counters["round_trips/s"] = benchmark::Counter(trips, benchmark::Counter::kIsRate);
    state.counters["allocations/round_trip"] =
        static_cast<double>(benchmarks::heap().allocations - before) / trips;
    if (!good)
        state.SkipWithError("a connection failed");
}

/// In one direction: `count` packets in each write.
void throughput(benchmark::State& state, framing_kind framing, bool obfuscated, std::size_t size,
                std::size_t count)
{
    ends all(framing, obfuscated);
    auto const data = packet(size);
    std::vector<bytes_view> const packets(count, data);
    auto const times = std::max<std::size_t>(1, (std::size_t(1) << 20) / (size * count));
    bool good = all.works && all.run(pour(*all.client, packets, times), drain(*all.server, times * count));
    auto const before = benchmarks::heap().allocations;
    for (auto _ : state)
        good = good && all.run(pour(*all.client, packets, times), drain(*all.server, times * count));
    auto const sent = static_cast<double>(times * count) * static_cast<double>(state.iterations());
    state.counters["MB/s"] =
        benchmark::Counter(sent * static_cast<double>(size) / 1e6, benchmark::Counter::kIsRate);
    state.counters["packets/s"] = benchmark::Counter(sent, benchmark::Counter::kIsRate);
    state.counters["allocations/packet"] =
        static_cast<double>(benchmarks::heap().allocations - before) / sent;
    if (!good)
        state.SkipWithError("a connection failed");
}

[[maybe_unused]] bool const added = [] {
    for (auto const framing : {framing_kind::abridged, framing_kind::intermediate,
                               framing_kind::padded_intermediate, framing_kind::full})
        for (bool const obfuscated : {false, true}) {
            if (obfuscated && framing == framing_kind::full)
                continue; // there is no such thing
            auto const name = std::string(to_string(framing)) + (obfuscated ? "/obfuscated" : "/plain");
            auto const add = [&](const std::string& what, auto run) {
                benchmark::RegisterBenchmark((what + '/' + name).c_str(), run)->Unit(benchmark::kMicrosecond);
            };
            add("round_trips", [=](benchmark::State& s) { round_trips(s, framing, obfuscated); });
            add("throughput/152x16",
                [=](benchmark::State& s) { throughput(s, framing, obfuscated, 152, 16); });
            add("throughput/524288",
                [=](benchmark::State& s) { throughput(s, framing, obfuscated, 524288, 1); });
        }
    return true;
}();

} // namespace

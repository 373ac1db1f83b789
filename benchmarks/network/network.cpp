// A client and a data centre over loopback: connecting, calls, files, and thousands of idle sessions.
#include "../support/allocations.hpp"
#include "world.hpp"

#include <mtproto/api/methods/auth.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/api/methods/upload.hpp>

#include <benchmark/benchmark.h>

#include <sys/resource.h>

#include <dirent.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace {

using namespace benchmarks;
using namespace mtproto;
using bytes = std::vector<std::byte>;

/// The smallest of calls: a request of 4 bytes, an answer of 16.
bytes small_call() { return tl::encode(api::help::getNearestDc()).value(); }
bool is_answer(const result<bytes>& got)
{
    return got && tl::reader(*got).peek_id() == api::nearestDc::tl_id;
}

task<bool> connect_and_ask(client& tg)
{
    auto const up = co_await tg.connect();
    if (!up)
        co_return false;
    auto const got = co_await tg.invoke_raw(small_call());
    co_return is_answer(got);
}
task<bool> ask_in_turn(client& tg, std::size_t times)
{
    for (; times != 0; --times) {
        auto const got = co_await tg.invoke_raw(small_call());
        if (!is_answer(got))
            co_return false;
    }
    co_return true;
}
task<bool> close(client& tg)
{
    auto const done = co_await tg.close();
    co_return done.has_value();
}

// ---- connecting

/// From opening the connection to the first answer; `kept_key` 0: with a key exchange, both sides of it.
void connect(benchmark::State& state)
{
    world all;
    auto const storage = std::make_shared<memory_storage>();
    bool const kept = state.range(0) == 1;
    bool good = true;
    if (kept) {
        client first(all.io, all.options(storage));
        good = all.run(connect_and_ask(first)) && all.run(close(first));
    }
    for (auto _ : state) {
        client tg(all.io, all.options(kept ? storage : nullptr));
        good = good && all.run(connect_and_ask(tg));
        state.PauseTiming();
        good = good && all.run(close(tg));
        state.ResumeTiming();
    }
    if (!good)
        state.SkipWithError("a client could not connect");
}
BENCHMARK(connect)->ArgName("kept_key")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// ---- calls

void calls(benchmark::State& state)
{
    world all;
    client tg(all.io, all.options());
    bool good = all.run(connect_and_ask(tg));
    auto const at_once = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t each = 8;
    auto const round = [&] {
        std::size_t ended = 0;
        for (std::size_t i = 0; i < at_once; ++i)
            asio::co_spawn(all.io, ask_in_turn(tg, each), [&](std::exception_ptr failure, bool answered) {
                good = good && !failure && answered;
                ++ended;
            });
        all.io.restart();
        while (ended != at_once)
            all.io.run_one();
    };
    for (int i = 0; i < 10; ++i)
        round();
    auto const before = heap().allocations;
    for (auto _ : state)
        round();
    auto const made = static_cast<double>(at_once * each) * static_cast<double>(state.iterations());
    state.counters["calls/s"] = benchmark::Counter(made, benchmark::Counter::kIsRate);
    state.counters["us/call"] =
        benchmark::Counter(made / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["allocations/call"] = static_cast<double>(heap().allocations - before) / made;
    good = good && all.run(close(tg));
    if (!good)
        state.SkipWithError("a call failed");
}
BENCHMARK(calls)->ArgName("at_once")->Arg(1)->Arg(64)->Unit(benchmark::kMicrosecond);

// ---- files, in parts of 512 KB, eight at once

constexpr std::int32_t part_size = 512 * 1024;

task<bool> sign_in(client& tg)
{
    api::auth::importBotAuthorization request;
    request.api_id = 1;
    request.api_hash = "hash";
    request.bot_auth_token = std::string(world::bot_token);
    auto const got = co_await tg.invoke_raw(tl::encode(request).value());
    co_return got.has_value();
}
task<bool> save_part(client& tg, std::int64_t file, std::int32_t number, std::int32_t count)
{
    static bytes const content = [] {
        bytes out(part_size);
        crypto::seeded_random(3).fill(out);
        return out;
    }();
    tl::writer to(part_size + 64);
    to.id(api::upload::saveBigFilePart::tl_id);
    to.number(file);
    to.number(number);
    to.number(count);
    to.string(content);
    invoke_options how;
    how.compress = false;
    auto const got = co_await tg.invoke_raw(bytes(to.view().begin(), to.view().end()), how);
    bool const saved = got && tl::reader(*got).peek_id() == tl::bool_true_id;
    co_return saved;
}
/// Makes a document of the parts, as sending it would.
task<bool> upload_media(client& tg, std::int64_t file, std::int32_t count)
{
    tl::writer to(256);
    to.id(api::messages::uploadMedia::tl_id);
    to.number(std::uint32_t{0});
    to.id(api::inputPeerSelf::tl_id);
    to.id(api::inputMediaUploadedDocument::tl_id);
    to.number(std::uint32_t{0});
    to.id(api::inputFileBig::tl_id);
    to.number(file);
    to.number(count);
    to.string(crypto::as_bytes("bench.bin"));
    to.string(crypto::as_bytes("application/octet-stream"));
    to.id(tl::vector_id);
    to.number(std::uint32_t{0});
    auto const got = co_await tg.invoke_raw(bytes(to.view().begin(), to.view().end()));
    co_return got.has_value();
}
task<bool> get_part(client& tg, const sandbox::stored_file& file, std::int64_t offset)
{
    tl::writer to(128);
    to.id(api::upload::getFile::tl_id);
    to.number(std::uint32_t{0});
    to.id(api::inputDocumentFileLocation::tl_id);
    to.number(file.id);
    to.number(file.access_hash);
    to.string(std::span<const std::byte>(file.reference));
    to.string(tl::bytes_view());
    to.number(offset);
    to.number(part_size);
    auto const got = co_await tg.invoke_raw(bytes(to.view().begin(), to.view().end()));
    co_return got && got->size() >= static_cast<std::size_t>(part_size);
}

/// Both halves share the thread: MB/s per core are those of client and data centre together.
void file(benchmark::State& state, bool up, std::int32_t at_once)
{
    world all;
    client tg(all.io, all.options());
    bool good = all.run(connect_and_ask(tg)) && all.run(sign_in(tg));
    std::int32_t const count = 16;
    std::int64_t number = 1;
    sandbox::stored_file stored;
    auto const wave = [&](std::int32_t from) {
        std::int32_t ended = 0;
        auto const take = [&](std::exception_ptr failure, bool done) {
            good = good && !failure && done;
            ++ended;
        };
        for (std::int32_t i = from; i < from + at_once; ++i)
            asio::co_spawn(all.io,
                           up ? save_part(tg, number, i, count)
                              : get_part(tg, stored, std::int64_t(i) * part_size),
                           take);
        all.io.restart();
        while (ended != at_once)
            all.io.run_one();
    };
    if (!up) {
        for (std::int32_t i = 0; i < count; ++i)
            good = good && all.run(save_part(tg, number, i, count));
        good = good && all.run(upload_media(tg, number, count));
        auto const files = all.dc().files();
        good = good && files.size() == 1;
        if (good)
            stored = files.front();
    }
    std::int64_t moved = 0;
    for (auto _ : state) {
        for (std::int32_t i = 0; good && i < count; i += at_once)
            wave(i);
        moved += std::int64_t(count) * part_size;
    }
    state.counters["MB/s_per_core"] =
        benchmark::Counter(static_cast<double>(moved) / 1e6, benchmark::Counter::kIsRate);
    good = good && all.run(close(tg));
    if (!good)
        state.SkipWithError("a part failed");
}
void upload(benchmark::State& state) { file(state, true, static_cast<std::int32_t>(state.range(0))); }
void download(benchmark::State& state) { file(state, false, static_cast<std::int32_t>(state.range(0))); }
BENCHMARK(upload)->ArgName("at_once")->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK(download)->ArgName("at_once")->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

// ---- idle sessions

std::size_t open_files()
{
    std::size_t count = 0;
    if (auto* const folder = ::opendir("/proc/self/fd")) {
        while (::readdir(folder))
            ++count;
        ::closedir(folder);
    }
    return count;
}

/// Raises the limit of open files as far as this user may.
bool may_open(std::size_t count)
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    rlimit wanted{count, (std::max<rlim_t>)(count, limit.rlim_max)};
    if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) // the administrator
        return true;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= count;
}

/// Sessions that share a key, each with a connection, an engine and a client of its own, after one call. The
/// data centre is another process, so that what its half takes does not count.
void sessions(benchmark::State& state)
{
    auto const count = static_cast<std::size_t>(state.range(0));
    double bytes_each = 0, files_each = 0;
    bool good = true;
    for (auto _ : state) {
        distant_world all;
        auto const storage = std::make_shared<memory_storage>();
        {
            client first(all.io, all.options(storage));
            good = good && all.run(connect_and_ask(first)) && all.run(close(first));
        }
        auto const data = storage->load().value().value();
        auto const before = heap_of_this_thread();
        auto const files = open_files();
        {
            std::vector<std::unique_ptr<client>> clients;
            for (std::size_t i = 0; i < count && good; ++i) {
                clients.push_back(
                    std::make_unique<client>(all.io, all.options(std::make_shared<memory_storage>(data))));
                good = all.run(connect_and_ask(*clients.back()));
            }
            bytes_each = static_cast<double>(heap_of_this_thread() - before) / static_cast<double>(count);
            files_each = static_cast<double>(open_files() - files) / static_cast<double>(count);
            state.PauseTiming();
            for (auto& one : clients)
                good = all.run(close(*one)) && good;
        }
        state.ResumeTiming();
    }
    state.counters["bytes/session"] = bytes_each;
    state.counters["files/session"] = files_each;
    if (!good)
        state.SkipWithError("a session failed");
}

[[maybe_unused]] bool const added = [] {
    auto* const all = benchmark::RegisterBenchmark("sessions", sessions)->ArgName("sessions")->Iterations(1)->Unit(benchmark::kMillisecond);
    for (std::size_t const count : {std::size_t(1000), std::size_t(10000)}) {
        if (may_open(count + 100))
            all->Arg(static_cast<std::int64_t>(count));
        else
            std::fprintf(stderr, "%zu sessions are left out: this user may not open %zu files, see ulimit -n\n", count, count + 100);
    }
    return true;
}();

} // namespace

// What our client does over a connection.
#include "plan.hpp"
#include "types.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/file_source.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/memory_storage.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>

namespace peer {

namespace {

namespace api = mtproto::api;
namespace asio = boost::asio;
using mtproto::task;

mtproto::client_options options_of(const plan& with)
{
    mtproto::session_data session;
    session.dc = static_cast<int>(with.integer("dc"));
    session.ip = with.text("host");
    session.port = static_cast<std::uint16_t>(with.integer("port"));
    auto const key = with.hex("key");
    if (key.size() != mtproto::crypto::auth_key::size)
        throw std::runtime_error("key= must have 256 bytes");
    session.auth_key.emplace(std::span<const std::byte, mtproto::crypto::auth_key::size>(key));
    mtproto::client_options out;
    out.api_id = 1;
    out.api_hash = "hash";
    out.data_centres = {{.dc = session.dc, .address = {session.ip, session.port}}};
    out.storage = mtproto::memory_storage(std::move(session));
    out.use_environment = false;
    return out;
}

/// Runs a coroutine to its end; throws what it throws.
void run(asio::io_context& io, task<void> what)
{
    bool done = false;
    std::exception_ptr problem;
    asio::co_spawn(io, std::move(what), [&](std::exception_ptr failure) {
        done = true;
        problem = failure;
    });
    io.restart();
    while (!done)
        io.run_one();
    if (problem)
        std::rethrow_exception(problem);
}

task<void> first_answer(mtproto::client& tg)
{
    (co_await tg.connect()).value();
    auto const answer = (co_await tg.invoke_raw(self_call())).value();
    if (read_users(answer) != 1)
        throw std::runtime_error("users.getUsers did not answer with one user");
}
task<void> close(mtproto::client& tg) { (co_await tg.close()).value(); }

struct tally
{
    clock::time_point end{};
    int open = 0;
    std::vector<double> latencies{};
};

task<void> call_again_and_again(mtproto::client& tg, const bytes& call, std::size_t (*read)(std::span<const std::byte>), tally& into)
{
    for (auto now = clock::now(); now < into.end;) {
        auto const answer = (co_await tg.invoke_raw(call)).value();
        if (read(answer) == 0)
            throw std::runtime_error("an answer without content");
        auto const then = clock::now();
        into.latencies.push_back(std::chrono::duration<double>(then - now).count());
        now = then;
    }
}

void measure(asio::io_context& io, mtproto::client& tg, const std::string& name, const bytes& call,
             std::size_t (*read)(std::span<const std::byte>), int in_flight, double seconds)
{
    for (double const time : {seconds / 5, seconds}) { // the first to warm up
        tally sum;
        sum.latencies.reserve(1 << 18);
        std::exception_ptr problem;
        auto const begin = clock::now();
        auto const cpu = cpu_seconds();
        sum.end = begin + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(time));
        sum.open = in_flight;
        for (int i = 0; i < in_flight; ++i)
            asio::co_spawn(io, call_again_and_again(tg, call, read, sum), [&](std::exception_ptr failure) {
                --sum.open;
                if (failure)
                    problem = failure;
            });
        io.restart();
        while (sum.open != 0)
            io.run_one();
        if (problem)
            std::rethrow_exception(problem);
        if (time != seconds)
            continue;
        auto const prefix = name + "_" + std::to_string(in_flight) + "_";
        auto const calls = static_cast<double>(sum.latencies.size());
        row(prefix + "cpu_us", (cpu_seconds() - cpu) / calls * 1e6);
        row(prefix + "rate", calls / since(begin));
        row(prefix + "p50_us", percentile(sum.latencies, 0.5) * 1e6);
        row(prefix + "p99_us", percentile(sum.latencies, 0.99) * 1e6);
    }
}

bytes read_file(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    auto const* const data = reinterpret_cast<const std::byte*>(text.data());
    return {data, data + text.size()};
}

task<void> upload(mtproto::client& tg, const bytes& content)
{
    mtproto::memory_source source(content);
    mtproto::upload_options const how; // named: g++ 12 destroys temporaries, default arguments too, of a co_await expression twice
    (co_await mtproto::upload(tg, source, how)).value();
}

task<void> download(mtproto::client& tg, const plan& with, std::size_t size, mtproto::memory_sink& content)
{
    api::inputDocumentFileLocation location;
    location.id = with.integer("file_id");
    location.access_hash = with.integer("file_access_hash");
    location.file_reference = with.hex("file_reference");
    api::InputFileLocation const whole(std::move(location));
    mtproto::download_options how;
    how.size = size;
    how.dc = static_cast<int>(with.integer("dc"));
    (co_await mtproto::download(tg, whole, content, how)).value();
}

} // namespace

void rpc(const plan& with)
{
    asio::io_context io(1);
    mtproto::client tg(io, options_of(with));
    run(io, first_answer(tg));
    auto const seconds = with.number("seconds");
    for (int const in_flight : {1, 64}) {
        measure(io, tg, "small", self_call(), read_users, in_flight, seconds);
        measure(io, tg, "history", history_call(with.integer("chat")), read_reply, in_flight, seconds);
    }
    run(io, close(tg));
}

void connect(const plan& with)
{
    std::vector<double> times, cpus;
    for (auto left = with.integer("count"); left > 0; --left) {
        auto const begin = clock::now();
        auto const cpu = cpu_seconds();
        asio::io_context io(1);
        mtproto::client tg(io, options_of(with));
        run(io, first_answer(tg));
        times.push_back(since(begin));
        cpus.push_back(cpu_seconds() - cpu);
        run(io, close(tg));
    }
    row("connect_ms", percentile(times, 0) * 1e3);
    row("connect_p50_ms", percentile(times, 0.5) * 1e3);
    row("connect_cpu_ms", percentile(cpus, 0.5) * 1e3);
}

void files(const plan& with)
{
    asio::io_context io(1);
    mtproto::client tg(io, options_of(with));
    run(io, first_answer(tg));
    auto const content = read_file(with.text("file"));
    auto const megabytes = static_cast<double>(content.size()) / 1e6;
    auto const timed = [&](const std::string& name, task<void> work) {
        auto const begin = clock::now();
        auto const cpu = cpu_seconds();
        run(io, std::move(work));
        row(name + "_mbs", megabytes / since(begin));
        row(name + "_cpu_ms_per_mb", (cpu_seconds() - cpu) / megabytes * 1e3);
    };
    timed("upload", upload(tg, content));
    mtproto::memory_sink back;
    timed("download", download(tg, with, content.size(), back));
    if (back.data() != content)
        throw std::runtime_error("the download is not the file");
    run(io, close(tg));
}

void memory(const plan& with)
{
    asio::io_context io(1);
    mtproto::client tg(io, options_of(with));
    run(io, first_answer(tg));
    std::cout << "ready" << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    run(io, close(tg));
}

} // namespace peer

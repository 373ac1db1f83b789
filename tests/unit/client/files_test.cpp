#include "catch.hpp"
#include "run.hpp"

#include <mtproto/client/files.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>

using namespace mtproto;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::run;

namespace {

/// An invoker that keeps files, as a server would.
struct file_server
{
    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request)
    {
        return answer(request);
    }
    template <class Q>
    task<result<bool>> answer(Q)
    {
        co_return errc::bad_argument;
    }
    task<void> wait()
    {
        ++running;
        most = std::max(most, running);
        asio::steady_timer timer(co_await asio::this_coro::executor, 1ms * (calls++ % 3));
        boost::system::error_code ec;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        --running;
    }
    task<result<bool>> answer(api::upload::saveFilePart request)
    {
        co_await wait();
        if (request.file_part == fail_at)
            co_return error::from_rpc(400, "FILE_PART_INVALID");
        parts[request.file_part] = std::move(request.bytes);
        co_return true;
    }
    task<result<bool>> answer(api::upload::saveBigFilePart request)
    {
        co_await wait();
        total = request.file_total_parts;
        parts[request.file_part] = std::move(request.bytes);
        co_return true;
    }
    task<result<api::upload::File>> answer(api::upload::getFile request)
    {
        co_await wait();
        auto const* const location = tl::get_if<api::inputDocumentFileLocation>(request.location);
        if (location->file_reference != reference)
            co_return error::from_rpc(400, "FILE_REFERENCE_EXPIRED");
        auto const all = whole();
        auto const from = std::min<std::size_t>(static_cast<std::size_t>(request.offset), all.size());
        auto const to = std::min<std::size_t>(from + static_cast<std::size_t>(request.limit), all.size());
        api::upload::file file;
        file.bytes.assign(all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to));
        co_return api::upload::File(std::move(file));
    }
    std::vector<std::byte> whole() const
    {
        std::vector<std::byte> all;
        for (auto const& [number, part] : parts)
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }

    std::map<std::int32_t, std::vector<std::byte>> parts{};
    std::vector<std::byte> reference{};
    int total = 0;
    int calls = 0;
    int running = 0;
    int most = 0;
    int fail_at = -1;
};

static_assert(invoker<file_server>);

/// The same with requests and answers as bytes, as a client has them.
struct byte_server : file_server
{
    task<result<std::vector<std::byte>>> invoke_raw(std::vector<std::byte> request, invoke_options how)
    {
        CHECK(how.media);
        CHECK_FALSE(how.compress);
        dc = how.dc;
        if (instead)
            co_return *instead;
        if (auto const small = tl::decode<api::upload::saveFilePart>(request))
            co_return encoded(co_await answer(*small));
        if (auto const big = tl::decode<api::upload::saveBigFilePart>(request))
            co_return encoded(co_await answer(*big));
        if (auto const get = tl::decode<api::upload::getFile>(request))
            co_return encoded(co_await answer(*get));
        co_return error::from_rpc(400, "INPUT_METHOD_INVALID");
    }
    template <class T>
    static result<std::vector<std::byte>> encoded(const result<T>& answer)
    {
        if (!answer)
            return answer.error();
        return tl::encode(*answer);
    }

    int dc = -1;
    std::optional<std::vector<std::byte>> instead{}; ///< what everything is answered with
};

static_assert(invoker<byte_server> && mtproto::detail::takes_bytes<byte_server> && !mtproto::detail::takes_bytes<file_server>);

std::vector<std::byte> noise(std::size_t size)
{
    std::vector<std::byte> data(size);
    crypto::seeded_random random(size);
    random.fill(data);
    return data;
}

// Awaited without options, as in a program: an awaited call's default arguments were destroyed twice by g++ 12.
task<result<std::uint64_t>> there_and_back(file_server& tg, memory_source& source, memory_sink& sink)
{
    auto const file = co_await upload(tg, source);
    if (!file)
        co_return file.error();
    api::InputFileLocation place{api::inputDocumentFileLocation()};
    co_return co_await download(tg, std::move(place), sink);
}

} // namespace

TEST_CASE("files go up and down without a word of how")
{
    auto const data = noise(200'000);
    file_server tg;
    memory_source source(data);
    memory_sink sink;
    auto const size = run(there_and_back(tg, source, sink));
    REQUIRE(size.has_value());
    CHECK(*size == data.size());
    CHECK(sink.data() == data);
}

TEST_CASE("files go up in parts and come down again")
{
    auto const size = GENERATE(as<std::size_t>{}, 1, 65536, 65537, 3 * 1024 * 1024, 11 * 1024 * 1024 + 7);
    auto const data = noise(size);
    file_server tg;
    memory_source source(data);
    upload_options up;
    up.name = "a.bin";
    std::uint64_t told = 0;
    up.progress = [&](std::uint64_t done, std::uint64_t all) {
        CHECK(all == size);
        told = done;
    };
    auto const file = run(upload(tg, source, up));
    REQUIRE(file.has_value());
    CHECK(told == size);
    CHECK(tg.whole() == data);
    CHECK(tg.most <= 4);
    if (size > big_file_size) {
        auto const* const big = tl::get_if<api::inputFileBig>(*file);
        REQUIRE(big);
        CHECK(big->parts == tg.total);
        CHECK(tg.most == 4);
    } else {
        auto const* const small = tl::get_if<api::inputFile>(*file);
        REQUIRE(small);
        CHECK(small->parts == static_cast<int>(tg.parts.size()));
        CHECK(small->name == "a.bin");
    }

    for (auto const known : {std::uint64_t{0}, std::uint64_t{size}}) {
        memory_sink sink;
        download_options down;
        down.size = known;
        api::InputFileLocation const location{api::inputDocumentFileLocation()};
        auto const got = run(download(tg, location, sink, down));
        REQUIRE(got.has_value());
        CHECK(*got == size);
        CHECK(sink.data() == data);
    }
}

TEST_CASE("parts travel as bytes where the invoker has them so")
{
    auto const size = GENERATE(as<std::size_t>{}, 1, 253, 65537, 11 * 1024 * 1024 + 7);
    auto const data = noise(size);
    byte_server tg;
    memory_source source(data);
    upload_options const plainly;
    REQUIRE(run(upload(tg, source, plainly)).has_value());
    CHECK(tg.whole() == data);
    CHECK(tg.dc == 0);
    memory_sink sink;
    download_options down;
    down.size = size;
    down.dc = 4;
    api::InputFileLocation const location{api::inputDocumentFileLocation()};
    auto const got = run(download(tg, location, sink, down));
    REQUIRE(got.has_value());
    CHECK(*got == size);
    CHECK(sink.data() == data);
    CHECK(tg.dc == 4);

    tg.instead = tl::encode(api::upload::File(api::upload::fileCdnRedirect())).value();
    CHECK(run(download(tg, location, sink, down)).error().is(errc::wrong_result));
    CHECK(run(upload(tg, source, plainly)).error().is(errc::wrong_result));
    tg.instead = tl::encode(false).value();
    CHECK(run(download(tg, location, sink, down)).error().is(errc::wrong_result));
    CHECK(run(upload(tg, source, plainly)).error().is(errc::wrong_result));
}

TEST_CASE("a sink in memory takes parts in any order, and memory for as much as can be believed")
{
    auto const data = noise(5000);
    auto const part = [&](std::size_t from, std::size_t to) { return std::span(data).subspan(from, to - from); };
    memory_sink sink;
    sink.expect(5000);
    CHECK(sink.data().capacity() >= 5000);
    REQUIRE(sink.write(0, part(0, 1000)).has_value());
    REQUIRE(sink.write(3000, part(3000, 4000)).has_value());
    REQUIRE(sink.write(1000, part(1000, 3000)).has_value());
    REQUIRE(sink.write(4000, part(4000, 5000)).has_value());
    REQUIRE(sink.finish(5000).has_value());
    CHECK(sink.data() == data);
    REQUIRE(sink.write(500, part(500, 600)).has_value());
    CHECK(sink.data() == data);
    memory_sink wary;
    wary.expect(std::uint64_t{1} << 50);
    CHECK(wary.data().capacity() == 0);
}

TEST_CASE("a failure ends a transfer")
{
    auto const data = noise(3 << 20);
    file_server tg;
    tg.fail_at = 3;
    memory_source source(data);
    CHECK(run(upload(tg, source)).error().is_rpc("FILE_PART_INVALID"));
    upload_options odd;
    odd.part_size = 1000;
    CHECK(run(upload(tg, source, odd)).error().is(errc::bad_argument));
    memory_source empty({});
    CHECK(run(upload(tg, empty)).error().is(errc::bad_argument));
}

TEST_CASE("an expired file reference is refreshed once")
{
    file_server tg;
    auto const data = noise(2 << 20);
    tg.parts[0] = data;
    tg.reference = noise(4);
    memory_sink sink;
    api::InputFileLocation const old{api::inputDocumentFileLocation()};
    CHECK(run(download(tg, old, sink)).error().is_rpc("FILE_REFERENCE_EXPIRED"));

    int refreshed = 0;
    bool good = true;
    download_options options;
    options.refresh = [&]() -> task<result<api::InputFileLocation>> {
        ++refreshed;
        api::inputDocumentFileLocation fresh;
        if (good)
            fresh.file_reference = tg.reference;
        co_return api::InputFileLocation(std::move(fresh));
    };
    auto const got = run(download(tg, old, sink, options));
    REQUIRE(got.has_value());
    CHECK(sink.data() == data);
    CHECK(refreshed == 1);
    good = false;
    CHECK(run(download(tg, old, sink, options)).error().is_rpc("FILE_REFERENCE_EXPIRED"));
    CHECK(refreshed == 2);
}

TEST_CASE("a transfer can be cancelled")
{
    asio::io_context io;
    auto const data = noise(11 << 20);
    file_server tg;
    memory_source source(data);
    asio::cancellation_signal signal;
    std::optional<result<api::InputFile>> out;
    upload_options options;
    options.part_size = 4096;
    options.progress = [&](std::uint64_t done, std::uint64_t) {
        if (done == 8 * 4096)
            asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); });
    };
    bool thrown = false;
    asio::co_spawn(io, upload(tg, source, options),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr failure, result<api::InputFile> value) {
                       thrown = failure != nullptr;
                       if (!failure)
                           out.emplace(std::move(value));
                   }));
    io.run();
    CHECK_FALSE(thrown);
    REQUIRE(out);
    CHECK(out->error().is(errc::cancelled));
    CHECK(tg.running == 0);
    CHECK(tg.parts.size() < 100);
}

TEST_CASE("files on disk")
{
    std::string pattern = (std::filesystem::temp_directory_path() / "mtproto-files-XXXXXX").string();
    std::filesystem::path const folder = ::mkdtemp(pattern.data());
    auto const data = noise(700000);
    file_server tg;
    tg.parts[0] = data;
    {
        auto sink = disk_sink::create(folder / "x");
        REQUIRE(sink.has_value());
        api::InputFileLocation const location{api::inputDocumentFileLocation()};
        REQUIRE(run(download(tg, location, *sink)).has_value());
    }
    CHECK(std::filesystem::file_size(folder / "x") == data.size());
    auto source = disk_source::open(folder / "x");
    REQUIRE(source.has_value());
    file_server other;
    REQUIRE(run(upload(other, *source)).has_value());
    CHECK(other.whole() == data);
    CHECK_FALSE(disk_source::open(folder).has_value());
    CHECK_FALSE(disk_source::open(folder / "none").has_value());
    std::filesystem::remove_all(folder);
}

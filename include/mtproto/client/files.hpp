// Files up and down, several parts at a time. https://core.telegram.org/api/files
#pragma once

#include <mtproto/api/methods/upload.hpp>
#include <mtproto/client/detail/crew.hpp>
#include <mtproto/client/file_source.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/views.hpp>
#include <mtproto/tl/with_storage.hpp>

#include <functional>

namespace mtproto {

/// Called on the transfer's strand as parts are done: bytes so far, and all of them (0 if not known).
using transfer_progress = std::function<void(std::uint64_t done, std::uint64_t size)>;

/// How a file goes up; the defaults suit most.
struct upload_options
{
    std::string name{};          ///< of the file, as its recipients see it
    std::size_t part_size = 0;   ///< bytes; divides 512 KiB, a multiple of 1 KiB. 0: what suits the size
    std::size_t parallel = 4;    ///< parts under way at once
    transfer_progress progress{};
};

/// How a file comes down; `dc` and `size` are worth giving.
struct download_options
{
    int dc = 0;                  ///< as document.dc_id or photo.dc_id says; 0: the account's own, and where that points to
    std::uint64_t size = 0;      ///< bytes, 0 if not known
    std::size_t part_size = std::size_t{512} << 10; ///< divides 1 MiB, a multiple of 4 KiB
    std::size_t parallel = 4;    ///< parts under way at once
    transfer_progress progress{};
    /// Called once if the file reference has expired; returns the location with a fresh one.
    /// https://core.telegram.org/api/file_reference
    std::function<task<result<api::InputFileLocation>>()> refresh{};
};

/// Files above this size are uploaded by upload.saveBigFilePart.
inline constexpr std::uint64_t big_file_size = std::uint64_t{10} << 20;

namespace detail {

/// Over a connection of their own, and without an attempt at compressing them.
inline invoke_options options_for_files(int dc)
{
    invoke_options how;
    how.dc = dc;
    how.media = true;
    how.compress = false;
    return how;
}

/// Calls over a connection of their own where the invoker has such.
template <class Tg, class Q>
task<result<typename Q::result>> invoke_for_files(Tg& tg, const Q& request, int dc)
{
    if constexpr (requires { tg.invoke(request, invoke_options()); })
        return tg.invoke(request, options_for_files(dc));
    else
        return tg.invoke(request);
}

/// Whether requests and answers can be had as bytes, so that a part need not be copied into a value and out of it again.
template <class Tg>
inline constexpr bool takes_bytes = requires(Tg& tg, std::vector<std::byte> request, invoke_options how) {
    { tg.invoke_raw(std::move(request), how) } -> std::same_as<task<result<std::vector<std::byte>>>>;
};

/// A part of a file that came down.
struct fetched_part
{
    std::vector<std::byte> memory{};
    std::span<const std::byte> bytes{}; ///< in `memory`
};

// We never say that we know CDNs, so being sent to one is a mistake of the server's.
inline error points_elsewhere() { return error(errc::wrong_result, "the server points to a CDN that was not asked for"); }

inline result<fetched_part> part_of(api::upload::File answer)
{
    auto* const file = tl::get_if<api::upload::file>(answer);
    if (!file)
        return points_elsewhere();
    fetched_part part;
    part.memory = std::move(file->bytes);
    part.bytes = part.memory;
    return part;
}
/// The same of an answer's TL bytes, where the part stays.
inline result<fetched_part> part_of(std::vector<std::byte> answer)
{
    auto const decoded = tl::decode<tl::with_storage<api::upload::File, tl::views>>(answer, true);
    if (!decoded)
        return error(errc::wrong_result, decoded.error().message());
    auto const* const file = tl::get_if<tl::with_storage<api::upload::file, tl::views>>(*decoded);
    if (!file)
        return points_elsewhere();
    fetched_part part;
    part.bytes = file->bytes;
    part.memory = std::move(answer);
    return part;
}

template <class Tg, class Source>
struct upload_job
{
    Tg& tg;
    Source& source;
    const upload_options& options;
    std::int64_t id;
    std::uint64_t size;
    std::size_t part_size;
    std::int32_t parts;
    std::int32_t next = 0;
    std::uint64_t done = 0;

    task<result<>> work()
    {
        while (next != parts) {
            auto const part = next++;
            auto const offset = static_cast<std::uint64_t>(part) * part_size;
            auto const length = static_cast<std::size_t>(std::min<std::uint64_t>(part_size, size - offset));
            auto const saved = co_await save(part, offset, length);
            if (!saved)
                co_return saved.error();
            if (!*saved)
                co_return error(errc::wrong_result, "the server did not keep a part of the file");
            done += length;
            if (options.progress)
                options.progress(done, size);
        }
        co_return result<>{};
    }
    task<result<bool>> save(std::int32_t part, std::uint64_t offset, std::size_t length)
    {
        if (size > big_file_size) {
            api::upload::saveBigFilePart request;
            request.file_id = id;
            request.file_part = part;
            request.file_total_parts = parts;
            return send(std::move(request), offset, length);
        }
        api::upload::saveFilePart request;
        request.file_id = id;
        request.file_part = part;
        return send(std::move(request), offset, length);
    }
    /// Reads the part to where it is sent from.
    template <class Q>
    task<result<bool>> send(Q request, std::uint64_t offset, std::size_t length)
    {
        if constexpr (takes_bytes<Tg>) {
            auto encoded = tl::encode(request);
            if (!encoded)
                co_return encoded.error();
            if (auto const read = source.read(offset, tl::widen_last_string(*encoded, length)); !read)
                co_return read.error();
            auto const how = options_for_files(0);
            auto const answer = co_await tg.invoke_raw(std::move(*encoded), how);
            if (!answer)
                co_return answer.error();
            auto const saved = tl::decode<bool>(*answer, true);
            if (!saved)
                co_return error(errc::wrong_result, saved.error().message());
            co_return *saved;
        } else {
            request.bytes.resize(length);
            if (auto const read = source.read(offset, request.bytes); !read)
                co_return read.error();
            co_return co_await invoke_for_files(tg, request, 0);
        }
    }
};

template <class Tg, class Sink>
struct download_job
{
    Tg& tg;
    api::InputFileLocation location;
    Sink& sink;
    const download_options& options;
    std::uint64_t next = 0;
    std::uint64_t done = 0;
    std::optional<std::uint64_t> end{};
    int refreshed = 0; ///< how often; the same number before and after a call means the same reference

    task<result<>> work()
    {
        while (!end || next < *end) {
            auto const offset = next;
            next += options.part_size;
            auto part = co_await fetch(offset);
            if (!part)
                co_return part.error();
            if (end && offset >= *end)
                co_return result<>{};
            auto const size = part->bytes.size();
            if (size < options.part_size)
                end = (std::min)(end.value_or(offset + size), offset + size);
            if (size > options.part_size)
                co_return error(errc::wrong_result, "the server sent more of the file than was asked for");
            if (auto const written = sink.write(offset, part->bytes); !written)
                co_return written.error();
            done += size;
            if (options.progress)
                options.progress(done, options.size);
        }
        co_return result<>{};
    }
    task<result<fetched_part>> fetch(std::uint64_t offset)
    {
        for (;;) {
            api::upload::getFile request;
            request.precise = true;
            request.location = location;
            request.offset = static_cast<std::int64_t>(offset);
            request.limit = static_cast<std::int32_t>(options.part_size);
            auto const reference = refreshed;
            auto answer = co_await ask(request);
            if (!answer && options.refresh && answer.error().text().starts_with("FILE_REFERENCE_")) {
                if (reference != refreshed)
                    continue; // another part has refreshed it meanwhile
                if (refreshed == 0) {
                    ++refreshed;
                    auto fresh = co_await options.refresh();
                    if (!fresh)
                        co_return fresh.error();
                    location = std::move(*fresh);
                    continue;
                }
            }
            co_return answer;
        }
    }
    task<result<fetched_part>> ask(const api::upload::getFile& request)
    {
        if constexpr (takes_bytes<Tg>) {
            auto encoded = tl::encode(request);
            if (!encoded)
                co_return encoded.error();
            auto const how = options_for_files(options.dc);
            auto answer = co_await tg.invoke_raw(std::move(*encoded), how);
            if (!answer)
                co_return answer.error();
            co_return part_of(std::move(*answer));
        } else {
            auto answer = co_await invoke_for_files(tg, request, options.dc);
            if (!answer)
                co_return answer.error();
            co_return part_of(std::move(*answer));
        }
    }
};

} // namespace detail

/// Uploads a file, for inputMediaUploadedDocument and the like. `tg` and `source` must outlive the task.
///
/// errc::bad_argument for an empty file, one of more than 8000 parts (4,000 MiB), or an impossible part size; errc::cancelled;
/// and what the calls and the source fail with. https://core.telegram.org/api/files#uploading-files
template <invoker Tg, file_source Source>
task<result<api::InputFile>> upload(Tg& tg, Source& source, upload_options options)
{
    static constexpr std::size_t largest = std::size_t{512} << 10;
    auto const size = static_cast<std::uint64_t>(source.size());
    auto part_size = options.part_size;
    if (part_size == 0)
        part_size = size > (std::uint64_t{1} << 20) ? largest : std::size_t{64} << 10;
    if (part_size % 1024 != 0 || largest % part_size != 0)
        co_return error(errc::bad_argument, "the part size must divide 512 KiB and be a multiple of 1 KiB");
    if (size == 0)
        co_return error(errc::bad_argument, "an empty file cannot be uploaded");
    auto const parts = (size + part_size - 1) / part_size;
    if (parts > 8000)
        co_return error(errc::bad_argument, "the file has more than 8000 parts: it is too large, or the parts are too small");
    crypto::system_random random;
    auto const id = static_cast<std::int64_t>(crypto::random_u64(random));
    detail::upload_job<Tg, Source> job{tg, source, options, id, size, part_size, static_cast<std::int32_t>(parts)};
    auto const count = (std::min<std::size_t>)(std::max<std::size_t>(options.parallel, 1), static_cast<std::size_t>(parts));
    if (auto const done = co_await detail::work_together(job, count); !done)
        co_return done.error();
    if (size > big_file_size) {
        api::inputFileBig file;
        file.id = id;
        file.parts = static_cast<std::int32_t>(parts);
        file.name = std::move(options.name);
        co_return api::InputFile(std::move(file));
    }
    api::inputFile file;
    file.id = id;
    file.parts = static_cast<std::int32_t>(parts);
    file.name = std::move(options.name);
    co_return api::InputFile(std::move(file));
}

/// The same as it suits most files. Not a default argument: g++ 12 destroys one twice where the task is awaited.
template <invoker Tg, file_source Source>
task<result<api::InputFile>> upload(Tg& tg, Source& source)
{
    upload_options options;
    return upload(tg, source, std::move(options));
}

/// Downloads a file and returns its size. `tg` and `sink` must outlive the task.
///
/// Data centres that the server points to are followed. https://core.telegram.org/api/files#downloading-files
/// errc::rpc with FILE_REFERENCE_EXPIRED if the reference is too old
/// and options.refresh cannot help, errc::bad_argument for an impossible part size, errc::cancelled, and what the sink fails with.
template <invoker Tg, file_sink Sink>
task<result<std::uint64_t>> download(Tg& tg, api::InputFileLocation location, Sink& sink, download_options options)
{
    if (options.part_size == 0 || options.part_size % 4096 != 0 || (std::size_t{1} << 20) % options.part_size != 0)
        co_return error(errc::bad_argument, "the part size must divide 1 MiB and be a multiple of 4 KiB");
    detail::download_job<Tg, Sink> job{tg, std::move(location), sink, options};
    std::size_t count = (std::max<std::size_t>)(options.parallel, 1);
    if (options.size != 0) {
        job.end = options.size;
        if constexpr (requires { sink.expect(options.size); })
            sink.expect(options.size);
        count = static_cast<std::size_t>(
            (std::min<std::uint64_t>)(count, (options.size + options.part_size - 1) / options.part_size));
    }
    if (auto const done = co_await detail::work_together(job, count); !done)
        co_return done.error();
    auto const size = *job.end;
    if (auto const finished = sink.finish(size); !finished)
        co_return finished.error();
    co_return size;
}

/// The same without a word of where and how large the file is.
template <invoker Tg, file_sink Sink>
task<result<std::uint64_t>> download(Tg& tg, api::InputFileLocation location, Sink& sink)
{
    download_options options;
    return download(tg, std::move(location), sink, std::move(options));
}

} // namespace mtproto

// Where uploads read from, and downloads write to.
#pragma once

#include <mtproto/client/detail/posix_file.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace mtproto {

/// Bytes to upload: `size()` of them, and `read(offset, into)`, which fills `into` as a whole. Used from one strand; what
/// blocks in it holds up the whole transfer.
template <class T>
concept file_source = requires(T& source, std::uint64_t offset, std::span<std::byte> into) {
    { source.size() } -> std::convertible_to<std::uint64_t>;
    { source.read(offset, into) } -> std::same_as<result<>>;
};

/// A place for a download. Parts come once each, in any order; `finish(size)` comes last, if all went well. A sink that has
/// `expect(size)` is told first how large the file is said to be, where that is known.
template <class T>
concept file_sink = requires(T& sink, std::uint64_t offset, std::span<const std::byte> part) {
    { sink.write(offset, part) } -> std::same_as<result<>>;
    { sink.finish(offset) } -> std::same_as<result<>>;
};

/// Bytes in memory, which must outlive the upload.
class memory_source
{
public:
    explicit memory_source(std::span<const std::byte> data) : data_(data) {}
    std::uint64_t size() const noexcept { return data_.size(); }
    result<> read(std::uint64_t offset, std::span<std::byte> into)
    {
        if (offset > data_.size() || into.size() > data_.size() - offset)
            return error(errc::bad_argument, "a read beyond the end");
        std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return {};
    }

private:
    std::span<const std::byte> data_;
};

/// Collects a download in memory, of at most 4 GiB; errc::too_large beyond.
class memory_sink
{
public:
    /// Takes memory for the whole file, unless that is suspiciously much: then it grows as parts come.
    void expect(std::uint64_t size)
    {
        if (size <= believed_size)
            data_.reserve(static_cast<std::size_t>(size));
    }
    result<> write(std::uint64_t offset, std::span<const std::byte> part)
    {
        if (offset > max_size || part.size() > max_size - offset)
            return error(errc::too_large, "the download does not fit into memory");
        auto const at = static_cast<std::size_t>(offset);
        if (at == data_.size()) { // as most parts come: nothing is cleared first
            data_.insert(data_.end(), part.begin(), part.end());
            return {};
        }
        if (data_.size() < at + part.size())
            data_.resize(at + part.size());
        std::copy(part.begin(), part.end(), data_.begin() + static_cast<std::ptrdiff_t>(at));
        return {};
    }
    result<> finish(std::uint64_t size)
    {
        data_.resize(static_cast<std::size_t>(size));
        return {};
    }
    /// What has come so far; all of it once the download is done.
    std::vector<std::byte>& data() noexcept { return data_; }

private:
    static constexpr std::uint64_t max_size = std::uint64_t{4} << 30;
    static constexpr std::uint64_t believed_size = std::uint64_t{64} << 20;
    std::vector<std::byte> data_{};
};

/// A file to upload. Reads block.
class disk_source
{
public:
    /// errc::storage_failed if it cannot be read, errc::bad_argument if it is no ordinary file.
    static result<disk_source> open(const std::filesystem::path& path)
    {
        disk_source made;
        made.file_ = detail::posix_file(path.c_str(), O_RDONLY);
        struct ::stat about{};
        if (!made.file_.is_open() || ::fstat(made.file_.get(), &about) != 0)
            return detail::file_error("cannot read " + path.string(), errno);
        if (!S_ISREG(about.st_mode))
            return error(errc::bad_argument, path.string() + " is not a file");
        made.size_ = static_cast<std::uint64_t>(about.st_size);
        return made;
    }
    std::uint64_t size() const noexcept { return size_; }
    result<> read(std::uint64_t offset, std::span<std::byte> into)
    {
        while (!into.empty()) {
            auto const got = ::pread(file_.get(), into.data(), into.size(), static_cast<::off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return detail::file_error("cannot read", errno);
            if (got == 0)
                return error(errc::storage_failed, "the file became shorter while it was read");
            into = into.subspan(static_cast<std::size_t>(got));
            offset += static_cast<std::uint64_t>(got);
        }
        return {};
    }

private:
    disk_source() = default;
    detail::posix_file file_{};
    std::uint64_t size_ = 0;
};

/// A download into a file, which appears under its name when it is complete: until then it is `<file>.part`, which a failed
/// download leaves. Writes block.
class disk_sink
{
public:
    /// Overwrites a `<file>.part` that is there. errc::storage_failed if it cannot be made.
    static result<disk_sink> create(std::filesystem::path path)
    {
        disk_sink made;
        made.path_ = std::move(path);
        made.part_ = made.path_.string() + ".part";
        made.file_ = detail::posix_file(made.part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (!made.file_.is_open())
            return detail::file_error("cannot write " + made.part_, errno);
        return made;
    }
    result<> write(std::uint64_t offset, std::span<const std::byte> part)
    {
        while (!part.empty()) {
            auto const put = ::pwrite(file_.get(), part.data(), part.size(), static_cast<::off_t>(offset));
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return detail::file_error("cannot write " + part_, errno);
            part = part.subspan(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return {};
    }
    result<> finish(std::uint64_t size)
    {
        if (::ftruncate(file_.get(), static_cast<::off_t>(size)) != 0)
            return detail::file_error("cannot write " + part_, errno);
        file_ = {};
        if (::rename(part_.c_str(), path_.c_str()) != 0)
            return detail::file_error("cannot rename " + part_, errno);
        return {};
    }

private:
    disk_sink() = default;
    std::filesystem::path path_{};
    std::string part_{};
    detail::posix_file file_{};
};

static_assert(file_source<memory_source> && file_source<disk_source>);
static_assert(file_sink<memory_sink> && file_sink<disk_sink>);

} // namespace mtproto

// The few calls of the operating system that a session file needs, with errors as values.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace mtproto::detail {

inline error file_error(std::string what, int code)
{
    return {errc::storage_failed, std::move(what) + ": " + std::generic_category().message(code)};
}

/// An open file; closed with its owner.
class posix_file
{
public:
    posix_file() = default;
    posix_file(const char* path, int flags, ::mode_t mode = 0) : fd_(::open(path, flags | O_CLOEXEC, mode)) {}
    posix_file(posix_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    posix_file& operator=(posix_file&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~posix_file()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    bool is_open() const noexcept { return fd_ >= 0; }
    int get() const noexcept { return fd_; }

    /// All of `data`; false with errno set.
    bool write(crypto::bytes_view data) const noexcept
    {
        while (!data.empty()) {
            auto const written = ::write(fd_, data.data(), data.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return false;
            data = data.subspan(static_cast<std::size_t>(written));
        }
        return true;
    }
    /// Up to `limit` bytes; false with errno set.
    bool read(std::string& text, std::size_t limit) const
    {
        // Read into memory of its final size, so that no half of a secret stays behind in a freed block.
        text.resize(limit);
        std::size_t used = 0;
        while (used < limit) {
            auto const got = ::read(fd_, text.data() + used, limit - used);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return false;
            if (got == 0)
                break;
            used += static_cast<std::size_t>(got);
        }
        text.resize(used);
        return true;
    }

private:
    int fd_ = -1;
};

/// Replaces the file, whole or not at all: another one is written beside it, synchronised and renamed. Only its owner may
/// read the new one by default. errc::storage_failed; the old file is still there then.
inline result<> replace_file(const std::string& path, crypto::bytes_view data, ::mode_t mode = 0600)
{
    auto const fresh = path + ".new";
    // Of a run that was killed; its mode may be another one.
    (void)::unlink(fresh.c_str());
    auto const failed = [&](const char* what) {
        auto why = file_error(what + path, errno);
        (void)::unlink(fresh.c_str());
        return why;
    };
    {
        posix_file const file(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (!file.is_open())
            return file_error("cannot write " + fresh, errno);
        if (!file.write(data) || ::fsync(file.get()) != 0)
            return failed("cannot write ");
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        return failed("cannot replace ");
    return {};
}

/// Makes a renamed file's new name outlive a loss of power. errc::storage_failed.
inline result<> sync_folder_of(const std::string& path)
{
    auto const slash = path.rfind('/');
    posix_file const folder(slash == path.npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY);
    // Some file systems cannot synchronise a folder; they say EINVAL.
    if (!folder.is_open() || (::fsync(folder.get()) != 0 && errno != EINVAL))
        return file_error("cannot synchronise the folder of " + path, errno);
    return {};
}

} // namespace mtproto::detail

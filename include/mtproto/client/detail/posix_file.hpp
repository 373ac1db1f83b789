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

} // namespace mtproto::detail

// Bytes that have arrived and are not yet consumed, in one piece.
#pragma once

#include <mtproto/transport/frame.hpp>

#include <algorithm>
#include <vector>

namespace mtproto::transport {

/// A contiguous queue of bytes: read from a socket straight into prepare(), decode from data().
///
/// Views of its bytes stay valid until the next prepare() or append(). Memory taken by a large frame is given
/// back once it has been consumed, so that an idle connection stays small.
class receive_buffer
{
public:
    bytes_view data() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    std::size_t size() const noexcept { return end_ - begin_; }

    /// Room for at least `size` more bytes. What is written there counts after commit(). An empty buffer that is asked for little, and
    /// has four times as much, gives that back: ask for little only when the peer has become quiet.
    std::span<std::byte> prepare(std::size_t size)
    {
        if (begin_ == end_ && size <= little && bytes_.size() >= 4 * size)
            std::vector<std::byte>(size).swap(bytes_);
        return make_room(size);
    }

    /// The first `size` prepared bytes have been written; they are returned for decryption in place.
    std::span<std::byte> commit(std::size_t size) noexcept
    {
        auto const fresh = std::span(bytes_).subspan(end_, size);
        end_ += size;
        return fresh;
    }

    std::span<std::byte> append(bytes_view bytes)
    {
        std::ranges::copy(bytes, make_room(bytes.size()).begin());
        return commit(bytes.size());
    }

    /// Forgets the first `size` bytes; views of them live on until the next prepare().
    void consume(std::size_t size) noexcept { begin_ += size; }

    /// The unconsumed bytes, writable.
    std::span<std::byte> mutable_data() noexcept { return std::span(bytes_).subspan(begin_, end_ - begin_); }

private:
    static constexpr std::size_t little = std::size_t{8} << 10;

    std::span<std::byte> make_room(std::size_t size)
    {
        if (begin_ == end_)
            begin_ = end_ = 0;
        if (bytes_.size() - end_ < size && begin_ != 0) {
            std::copy(bytes_.begin() + offset(begin_), bytes_.begin() + offset(end_), bytes_.begin());
            end_ -= begin_;
            begin_ = 0;
        }
        if (bytes_.size() - end_ < size)
            bytes_.resize(end_ + size);
        return std::span(bytes_).subspan(end_);
    }

    static std::ptrdiff_t offset(std::size_t n) noexcept { return static_cast<std::ptrdiff_t>(n); }

    std::vector<std::byte> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace mtproto::transport

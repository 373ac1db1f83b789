// A framing fed with bytes as they come.
#pragma once

#include <mtproto/transport/framing.hpp>
#include <mtproto/transport/receive_buffer.hpp>

#include <optional>
#include <utility>

namespace mtproto::transport {

/// Cuts a stream of bytes into frames, whatever the pieces in which the bytes arrive.
///
/// A failure is final: next() repeats it.
template <framing Framing>
class frame_decoder
{
public:
    explicit frame_decoder(Framing codec, std::size_t max_frame = default_max_frame)
        : codec_(std::move(codec)), max_frame_(max_frame)
    {
    }

    Framing& codec() noexcept { return codec_; }
    const Framing& codec() const noexcept { return codec_; }
    receive_buffer& buffer() noexcept { return buffer_; }
    const receive_buffer& buffer() const noexcept { return buffer_; }

    void feed(bytes_view bytes) { buffer_.append(bytes); }

    /// The next whole frame, or nothing until more bytes are fed. Its payload is valid until then.
    [[nodiscard]] result<std::optional<frame>> next()
    {
        if (failure_)
            return *failure_;
        auto step = codec_.decode(buffer_.data(), max_frame_);
        if (!step) {
            failure_ = step.error();
            return *failure_;
        }
        if (step->consumed == 0) {
            wanted_ = step->wanted - buffer_.size();
            return std::optional<frame>{};
        }
        buffer_.consume(step->consumed);
        wanted_ = 0;
        return std::optional<frame>{step->value};
    }

    /// How many more bytes the frame needs that next() is waiting for, as far as known: a hint for the size
    /// of a read.
    std::size_t wanted() const noexcept { return wanted_; }

private:
    Framing codec_;
    std::size_t max_frame_;
    receive_buffer buffer_{};
    std::size_t wanted_ = 0;
    std::optional<error> failure_{};
};

} // namespace mtproto::transport

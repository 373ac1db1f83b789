// A framing with or without obfuscation around it, for either side: what both stream codecs are made of.
#pragma once

#include <mtproto/transport/any_framing.hpp>
#include <mtproto/transport/frame_decoder.hpp>
#include <mtproto/transport/obfuscation.hpp>

#include <array>
#include <optional>
#include <utility>

namespace mtproto::transport::detail {

class framed_stream
{
public:
    framed_stream(side own_side, framing_kind kind, std::optional<obfuscation> hidden, std::size_t max_frame,
                  std::size_t max_padding)
        : decoder_(any_framing(own_side, kind), max_frame), hidden_(std::move(hidden)),
          max_padding_(max_padding)
    {
    }

    framing_kind kind() const noexcept { return decoder_.codec().kind(); }
    any_framing& codec() noexcept { return decoder_.codec(); }
    const std::optional<obfuscation>& hidden() const noexcept { return hidden_; }

    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out, bool quick_ack,
                                  crypto::random_source& random)
    {
        std::array<std::byte, 16> drawn{};
        frame_options options{.quick_ack = quick_ack, .padding = {}};
        if (kind() == framing_kind::padded_intermediate) {
            random.fill(drawn);
            auto const size = std::to_integer<std::size_t>(drawn[15]) % (max_padding_ + 1);
            options.padding = bytes_view(drawn).first(size);
        }
        auto const at = out.size();
        auto const done = decoder_.codec().encode(payload, out, options);
        if (done && hidden_)
            hidden_->encrypt(std::span(out).subspan(at));
        return done;
    }

    [[nodiscard]] result<> encode_quick_ack(std::uint32_t token, std::vector<std::byte>& out)
    {
        auto const at = out.size();
        auto const done = decoder_.codec().encode_quick_ack(token, out);
        if (done && hidden_)
            hidden_->encrypt(std::span(out).subspan(at));
        return done;
    }

    std::span<std::byte> prepare(std::size_t size) { return decoder_.buffer().prepare(size); }
    void commit(std::size_t size)
    {
        auto const fresh = decoder_.buffer().commit(size);
        if (hidden_)
            hidden_->decrypt(fresh);
    }
    void feed(bytes_view bytes)
    {
        std::ranges::copy(bytes, prepare(bytes.size()).begin());
        commit(bytes.size());
    }
    [[nodiscard]] result<std::optional<frame>> next() { return decoder_.next(); }
    std::size_t wanted() const noexcept { return decoder_.wanted(); }
    /// True in the middle of a frame.
    bool pending() const noexcept { return decoder_.buffer().size() != 0; }

private:
    frame_decoder<any_framing> decoder_;
    std::optional<obfuscation> hidden_;
    std::size_t max_padding_;
};

} // namespace mtproto::transport::detail

// A framing chosen at run time.
#pragma once

#include <mtproto/transport/abridged.hpp>
#include <mtproto/transport/full.hpp>
#include <mtproto/transport/intermediate.hpp>

#include <variant>

namespace mtproto::transport {

/// One of the four framings; satisfies `framing` itself.
class any_framing
{
public:
    any_framing(side own_side, framing_kind kind) : value_(make(own_side, kind)) {}

    framing_kind kind() const noexcept
    {
        return std::visit([](const auto& f) { return f.kind(); }, value_);
    }
    void start(std::vector<std::byte>& out)
    {
        std::visit([&](auto& f) { f.start(out); }, value_);
    }
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out, frame_options options = {})
    {
        return std::visit([&](auto& f) { return f.encode(payload, out, options); }, value_);
    }
    [[nodiscard]] result<> encode_quick_ack(std::uint32_t token, std::vector<std::byte>& out)
    {
        return std::visit([&](auto& f) { return f.encode_quick_ack(token, out); }, value_);
    }
    [[nodiscard]] result<decoded> decode(bytes_view input, std::size_t max_frame)
    {
        return std::visit([&](auto& f) { return f.decode(input, max_frame); }, value_);
    }

private:
    using variant = std::variant<abridged, intermediate, padded_intermediate, full>;

    static variant make(side own_side, framing_kind kind)
    {
        switch (kind) {
        case framing_kind::intermediate:
            return intermediate(own_side);
        case framing_kind::padded_intermediate:
            return padded_intermediate(own_side);
        case framing_kind::full:
            return full(own_side);
        case framing_kind::abridged:
            break;
        }
        return abridged(own_side);
    }

    variant value_;
};

static_assert(framing<any_framing>);

} // namespace mtproto::transport

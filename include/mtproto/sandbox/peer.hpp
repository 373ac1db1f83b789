// Whom a message can be sent to, and how a call is refused.
#pragma once

#include "mtproto/error.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

using bytes = std::vector<std::byte>;

enum class peer_kind : std::uint8_t
{
    user,
    chat,    ///< a basic group: its messages live in the boxes of its members
    channel, ///< a channel or a supergroup: it has a box of its own
};

/// A user, a basic group or a channel. https://core.telegram.org/api/peers
struct peer
{
    peer_kind kind{};
    std::int64_t id{};

    static constexpr peer user(std::int64_t id) noexcept { return {peer_kind::user, id}; }
    static constexpr peer chat(std::int64_t id) noexcept { return {peer_kind::chat, id}; }
    static constexpr peer channel(std::int64_t id) noexcept { return {peer_kind::channel, id}; }
    constexpr bool is_user() const noexcept { return kind == peer_kind::user; }
    constexpr bool is_chat() const noexcept { return kind == peer_kind::chat; }
    constexpr bool is_channel() const noexcept { return kind == peer_kind::channel; }

    friend constexpr auto operator<=>(const peer&, const peer&) = default;
};

/// The answer to a call that cannot be served, in Telegram's words. https://core.telegram.org/api/errors
inline error refuse(std::string text, int code = 400)
{
    return error::from_rpc(code, std::move(text));
}

/// A well mixed 64-bit number: ids and access hashes that differ from run to run only by their seed.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) noexcept
{
    auto const step = [](std::uint64_t x) {
        x += 0x9e3779b97f4a7c15ull;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
        return x ^ (x >> 31);
    };
    return step(step(step(a) ^ b) ^ c);
}

} // namespace mtproto::sandbox

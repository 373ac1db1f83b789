// Message identifiers: Unix time in units of 2^-32 seconds, with the kind of message in the two lowest bits.
// https://core.telegram.org/mtproto/description#message-identifier-msg-id
#pragma once

#include "mtproto/session/time.hpp"

#include <cstdint>

namespace mtproto::session {

/// The lowest two bits of a message identifier.
enum class message_kind : std::int64_t
{
    client = 0,   ///< from a client
    response = 1, ///< from the server, in response to a message of the client
    notice = 3,   ///< from the server, on its own account
};

/// The identifier of a moment, before anything makes it unique; the kind bits are 0.
constexpr std::int64_t message_id_at(std::int64_t unix_ns) noexcept
{
    auto const seconds = unix_ns / 1'000'000'000;
    auto const fraction = static_cast<std::uint64_t>(unix_ns % 1'000'000'000) << 32;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) << 32 |
                                     (fraction / 1'000'000'000 & ~3ull));
}

/// The moment of an identifier, in nanoseconds of Unix time.
constexpr std::int64_t unix_ns_of(std::int64_t msg_id) noexcept
{
    auto const fraction = (static_cast<std::uint64_t>(msg_id) & 0xffffffffull) * 1'000'000'000 >> 32;
    return (msg_id >> 32) * 1'000'000'000 + static_cast<std::int64_t>(fraction);
}

constexpr bool is_from_server(std::int64_t msg_id) noexcept { return (msg_id & 1) != 0; }

/// The window in which a receiver accepts identifiers, in seconds around the server's time.
/// https://core.telegram.org/mtproto/security_guidelines#checking-msg-id
inline constexpr std::int64_t message_id_max_age = 300;
inline constexpr std::int64_t message_id_max_lead = 30;

/// Where an identifier lies relative to that window.
enum class message_age
{
    valid,
    too_old,
    too_new,
};

constexpr message_age check_age(std::int64_t msg_id, std::int64_t server_unix_ns) noexcept
{
    auto const ahead = unix_ns_of(msg_id) - server_unix_ns;
    if (ahead < -message_id_max_age * 1'000'000'000)
        return message_age::too_old;
    if (ahead > message_id_max_lead * 1'000'000'000)
        return message_age::too_new;
    return message_age::valid;
}

/// Makes identifiers that grow strictly and never repeat, whatever the clock does.
class message_id_generator
{
public:
    std::int64_t next(std::int64_t unix_ns, message_kind kind = message_kind::client) noexcept
    {
        auto const at = message_id_at(unix_ns);
        last_ = at > last_ ? at : last_ + 4;
        return last_ | static_cast<std::int64_t>(kind);
    }
    /// Allows smaller identifiers again: after the server said that ours lie in the future.
    void restart() noexcept { last_ = 0; }

private:
    std::int64_t last_ = 0;
};

/// Makes sequence numbers: twice the number of content-related messages before, plus one for such a message.
/// https://core.telegram.org/mtproto/description#message-sequence-number-msg-seqno
class seqno_generator
{
public:
    std::int32_t next(bool content) noexcept
    {
        auto const seqno = static_cast<std::int32_t>(count_ * 2u + (content ? 1u : 0u));
        count_ += content ? 1u : 0u;
        return seqno;
    }

private:
    std::uint32_t count_ = 0;
};

constexpr bool is_content(std::int32_t seqno) noexcept { return (seqno & 1) != 0; }

} // namespace mtproto::session

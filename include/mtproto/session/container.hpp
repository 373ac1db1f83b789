// Containers: several messages in one packet. https://core.telegram.org/mtproto/service_messages#containers
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/mt/mt.hpp"
#include "mtproto/session/message_id.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/writer.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace mtproto::session {

using tl::bytes_view;

/// One message of a packet; the body belongs to the packet.
struct message_view
{
    std::int64_t msg_id = 0;
    std::int32_t seqno = 0;
    bytes_view body{};
};

/// The most messages that a container may hold.
inline constexpr std::size_t max_container_messages = 1020;
/// Bodies from this size on begin a packet of their own: several such packets are encrypted, and decrypted,
/// faster than one that holds them all.
inline constexpr std::size_t lone_body_size = std::size_t(64) << 10;
/// Bytes that a container adds, once and for each message.
inline constexpr std::size_t container_overhead = 8;
inline constexpr std::size_t container_message_overhead = 16;

inline bool is_container(bytes_view body) noexcept
{
    return tl::reader(body).peek_id() == mt::msg_container::tl_id;
}

/// The messages of a container with the identifier `outer_id`, in order.
///
/// Fails with errc::bad_message unless there are at most 1020, of sizes divisible by 4 that fill the
/// container exactly, with identifiers that are distinct, of the sender's kind and below the container's, and
/// none of them is a container. Nothing of a container that breaks a rule may be processed.
inline result<> unpack_container(std::int64_t outer_id, bytes_view body, std::vector<message_view>& out)
{
    auto const bad = [](const char* why) { return error(errc::bad_message, why); };
    out.clear();
    tl::reader from(body);
    std::uint32_t count = 0;
    if (!from.expect(mt::msg_container::tl_id) || !from.count(count, container_message_overhead + 4))
        return bad("a container's count exceeds its data");
    if (count > max_container_messages)
        return bad("a container holds more than 1020 messages");
    for (std::uint32_t i = 0; i < count; ++i) {
        message_view m;
        std::uint32_t length = 0;
        if (!from.number(m.msg_id) || !from.number(m.seqno) || !from.number(length) || length % 4 != 0 ||
            length < 4 || !from.raw(length, m.body))
            return bad("a message of a container is malformed");
        if (m.msg_id >= outer_id)
            return bad("a message of a container is not older than the container");
        if (is_from_server(m.msg_id) != is_from_server(outer_id))
            return bad("a message of a container is not of the sender's kind");
        if (is_container(m.body))
            return bad("a container holds a container");
        out.push_back(m);
    }
    if (from.left() != 0)
        return bad("bytes follow the last message of a container");
    auto const not_below = [](auto& a, auto& b) { return a.msg_id >= b.msg_id; };
    if (std::adjacent_find(out.begin(), out.end(), not_below) == out.end())
        return {}; // in order, as nearly always, and so without a repetition
    std::vector<std::int64_t> ids(out.size());
    std::transform(out.begin(), out.end(), ids.begin(), [](auto& m) { return m.msg_id; });
    std::sort(ids.begin(), ids.end());
    if (std::adjacent_find(ids.begin(), ids.end()) != ids.end())
        return bad("two messages of a container have the same identifier");
    return {};
}

/// Serializes msgs_ack into `out`, whose memory is used again.
inline void write_acks(std::span<const std::int64_t> ids, std::vector<std::byte>& out)
{
    out.resize(12 + 8 * ids.size());
    tl::writer to{std::span<std::byte>(out)};
    to.id(mt::msgs_ack::tl_id);
    to.id(tl::vector_id);
    to.number(static_cast<std::uint32_t>(ids.size()));
    for (auto const id : ids)
        to.number(id);
}

/// Calls `f` with each identifier in a msgs_ack; with none if it is malformed. Some clients send more behind
/// it, which `and_more` allows.
template <class F>
void for_each_acknowledged(bytes_view body, bool and_more, F&& f)
{
    tl::reader from(body);
    std::uint32_t count = 0;
    if (!from.expect(mt::msgs_ack::tl_id) || !from.expect(tl::vector_id) || !from.count(count, 8) ||
        (!and_more && from.left() != std::size_t(count) * 8))
        return;
    for (std::int64_t id = 0; count != 0 && from.number(id); --count)
        f(id);
}

/// Serializes a container. Its size is container_overhead + the sum of the bodies and their overheads.
inline void write_container(tl::writer& to, std::span<const message_view> messages)
{
    to.id(mt::msg_container::tl_id);
    to.number(static_cast<std::uint32_t>(messages.size()));
    for (auto const& m : messages) {
        to.number(m.msg_id);
        to.number(m.seqno);
        to.number(static_cast<std::uint32_t>(m.body.size()));
        to.raw(m.body);
    }
}

} // namespace mtproto::session

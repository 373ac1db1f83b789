// Encrypted packets: auth_key_id | msg_key | ciphertext.
// https://core.telegram.org/mtproto/description#encrypted-message
#pragma once

#include <mtproto/crypto/detail/packet_cipher.hpp>
#include <mtproto/crypto/random.hpp>

namespace mtproto::crypto {

/// How much random padding a packet gets beyond the least that is allowed (12 to 27 bytes).
enum class padding_policy
{
    minimal, ///< none
    random,  ///< up to 240 bytes more, which hides the length of short messages
};

/// The plaintext of a packet that passed every check. The body points into the packet and lives as long.
struct plain_message
{
    std::uint64_t salt = 0;
    std::uint64_t session_id = 0;
    std::uint64_t msg_id = 0;
    std::uint32_t seqno = 0;
    mutable_bytes body{}; ///< without padding
};

/// The size of a plaintext with the padding that `policy` asks for: 12 bytes or more, a multiple of 16 in
/// all.
inline std::size_t padded_size(std::size_t plaintext, random_source& random, padding_policy policy)
{
    auto const least = (plaintext + 12 + 15) / 16 * 16;
    return policy == padding_policy::random ? least + 16 * (random_u64(random) % 16) : least;
}

/// Encrypts with MTProto 2.0 where it stands: `packet` is packet_header_size bytes that are written here,
/// then the plaintext with its padding. Allocates nothing.
inline void encrypt_in_place(const auth_key& key, direction d, mutable_bytes packet)
{
    auto const body = packet.subspan(packet_header_size);
    auto const mk = msg_key(key, body, d);
    detail::write_packet_header(packet, key, mk);
    auto const keys = derive_aes_key_iv(key, mk, d);
    ige_encrypt(body, keys.key.view(), keys.iv.view());
}

/// The same for several packets, interleaved: together they take a fraction of the time.
inline void encrypt_in_place(const auth_key& key, direction d, std::span<const mutable_bytes> packets)
{
    detail::in_groups(packets, [&](std::span<const mutable_bytes> group) {
        if (group.size() == 1)
            return encrypt_in_place(key, d, group.front());
        detail::encrypt_group(key, d, group);
    });
}

/// Encrypts with MTProto 2.0 into `packet`, whose old contents are lost and whose capacity is used again.
/// `plaintext` is salt, session_id, msg_id, seqno, length and body, without padding, and not part of
/// `packet`.
inline void encrypt_message(const auth_key& key, direction d, bytes_view plaintext, random_source& random,
                            bytes& packet, padding_policy policy = padding_policy::minimal)
{
    packet.resize(packet_header_size + padded_size(plaintext.size(), random, policy));
    auto const body = mutable_bytes(packet).subspan(packet_header_size);
    std::copy(plaintext.begin(), plaintext.end(), body.begin());
    random.fill(body.subspan(plaintext.size()));
    encrypt_in_place(key, d, packet);
}

/// The same into a packet of its own.
[[nodiscard]] inline bytes encrypt_message(const auth_key& key, direction d, bytes_view plaintext,
                                           random_source& random,
                                           padding_policy policy = padding_policy::minimal)
{
    bytes packet;
    encrypt_message(key, d, plaintext, random, packet, policy);
    return packet;
}

/// The id of the key a packet is for (0: not encrypted), to look the key up; fails with errc::bad_message if
/// too short.
inline result<std::uint64_t> packet_key_id(bytes_view packet)
{
    if (packet.size() < 8)
        return errc::bad_message;
    return load_le64(packet);
}

/// Cuts off the 0 to 15 bytes that the padded intermediate framing adds behind an encrypted packet.
inline mutable_bytes without_transport_padding(mutable_bytes packet) noexcept
{
    return packet.size() < packet_header_size
               ? packet
               : packet.first(packet.size() - (packet.size() - packet_header_size) % 16);
}

/// Decrypts `packet` into `plaintext`, which has packet_header_size bytes less and is either the ciphertext's
/// own memory or apart from it. True once msg_key is found to be right over all of it, padding included. Why
/// it is not is nobody's business; the plaintext is wiped then. Allocates nothing.
[[nodiscard]] inline bool decrypt_packet(const auth_key& key, direction d, bytes_view packet,
                                         mutable_bytes plaintext)
{
    if (!detail::is_for(key, packet))
        return false;
    auto const mk = detail::packet_msg_key(packet);
    auto const found =
        detail::decrypt_and_hash_packet(key, d, packet.subspan(packet_header_size), plaintext, mk);
    if (equal_constant_time(found, mk))
        return true;
    wipe(plaintext);
    return false;
}

/// A packet of several to be decrypted, as decrypt_packet has it.
struct decrypt_job
{
    bytes_view packet{};
    mutable_bytes plaintext{};
    bool good = false; ///< what decrypt_packet would have said
};

/// decrypt_packet for several packets, interleaved: together they take a fraction of the time. No two may
/// share memory.
inline void decrypt_packets(const auth_key& key, direction d, std::span<decrypt_job> jobs)
{
    detail::in_groups(jobs, [&](std::span<decrypt_job> group) {
        if (group.size() >= detail::least_decrypt_group())
            return detail::decrypt_group(key, d, group);
        for (auto& job : group)
            job.good = decrypt_packet(key, d, job.packet, job.plaintext);
    });
}

/// Decrypts in place and gives the plaintext with its padding, once msg_key is found to be right over all of
/// it. Every failure is errc::bad_message without a word more. The packet is wiped then. Allocates nothing.
inline result<mutable_bytes> decrypt_packet(const auth_key& key, direction d, mutable_bytes packet)
{
    if (!detail::is_for(key, packet))
        return errc::bad_message;
    auto const body = packet.subspan(packet_header_size);
    if (!decrypt_packet(key, d, packet, body))
        return errc::bad_message;
    return body;
}

/// The fields of a verified plaintext: length a multiple of four and within the text, padding of 12 to 1024
/// bytes. Fails with errc::bad_message.
/// https://core.telegram.org/mtproto/security_guidelines#checking-message-length
inline result<plain_message> split_plaintext(mutable_bytes plaintext)
{
    if (plaintext.size() < plain_header_size)
        return errc::bad_message;
    auto const tail = load_le64(plaintext.subspan(24));
    auto const length = static_cast<std::size_t>(tail >> 32);
    auto const room = plaintext.size() - plain_header_size;
    if (length % 4 != 0 || length > room || room - length < 12 || room - length > 1024)
        return errc::bad_message;
    return plain_message{load_le64(plaintext), load_le64(plaintext.subspan(8)),
                         load_le64(plaintext.subspan(16)), static_cast<std::uint32_t>(tail & 0xffffffffu),
                         plaintext.subspan(plain_header_size, length)};
}

/// decrypt_packet, then split_plaintext.
inline result<plain_message> decrypt_message(const auth_key& key, direction d, mutable_bytes packet)
{
    auto const plaintext = decrypt_packet(key, d, packet);
    if (!plaintext)
        return plaintext.error();
    return split_plaintext(*plaintext);
}

/// Encrypts with MTProto 1.0: for bind_auth_key_inner and nothing else. `plaintext` as for encrypt_message
/// (its salt and session_id are random there). https://core.telegram.org/method/auth.bindTempAuthKey
[[nodiscard]] inline bytes encrypt_message_v1(const auth_key& key, direction d, bytes_view plaintext,
                                              random_source& random)
{
    auto const id = store_le64(key.id());
    auto const mk = msg_key_v1(plaintext);
    bytes packet(packet_header_size + (plaintext.size() + 15) / 16 * 16);
    std::copy(id.begin(), id.end(), packet.begin());
    std::copy(mk.begin(), mk.end(), packet.begin() + 8);
    auto const body = mutable_bytes(packet).subspan(packet_header_size);
    std::copy(plaintext.begin(), plaintext.end(), body.begin());
    random.fill(body.subspan(plaintext.size()));
    auto const keys = derive_aes_key_iv_v1(key, mk, d);
    ige_encrypt(body, keys.key.view(), keys.iv.view());
    return packet;
}

/// Decrypts MTProto 1.0 in place: the server side of key binding. Version 1 hashes the text without its
/// padding, so the length has to be believed for as long as the hash takes. Fails with errc::bad_message.
inline result<plain_message> decrypt_message_v1(const auth_key& key, direction d, mutable_bytes packet)
{
    if (packet.size() < packet_header_size + plain_header_size ||
        (packet.size() - packet_header_size) % 16 != 0 || load_le64(packet) != key.id())
        return errc::bad_message;
    msg_key_t mk;
    std::copy_n(packet.begin() + 8, mk.size(), mk.begin());
    auto const body = packet.subspan(packet_header_size);
    {
        auto const keys = derive_aes_key_iv_v1(key, mk, d);
        ige_decrypt(body, keys.key.view(), keys.iv.view());
    }
    auto const tail = load_le64(body.subspan(24));
    auto const length = static_cast<std::size_t>(tail >> 32);
    auto const room = body.size() - plain_header_size;
    bool const fits = length % 4 == 0 && length <= room && room - length < 16;
    if (!equal_constant_time(msg_key_v1(body.first(fits ? plain_header_size + length : body.size())), mk) ||
        !fits) {
        wipe(body);
        return errc::bad_message;
    }
    return plain_message{load_le64(body), load_le64(body.subspan(8)), load_le64(body.subspan(16)),
                         static_cast<std::uint32_t>(tail & 0xffffffffu),
                         body.subspan(plain_header_size, length)};
}

} // namespace mtproto::crypto

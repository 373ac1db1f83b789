// What encrypts and decrypts the packets of message_cipher.hpp, one or several at a time.
#pragma once

#include <mtproto/crypto/aes_ige.hpp>
#include <mtproto/crypto/detail/ige_sha256.hpp>
#include <mtproto/crypto/kdf.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace mtproto::crypto {

/// auth_key_id and msg_key, which precede the ciphertext.
inline constexpr std::size_t packet_header_size = 24;
/// salt, session_id, msg_id, seqno and length, which open the plaintext.
inline constexpr std::size_t plain_header_size = 32;

namespace detail {

/// As many as are worked on together: what the widest lanes hold. Their keys live on the stack.
inline constexpr std::size_t packet_group = 16;

template <class T, class F>
void in_groups(std::span<T> all, F&& f)
{
    while (!all.empty()) {
        auto const size = (std::min)(all.size(), packet_group);
        f(all.first(size));
        all = all.subspan(size);
    }
}

inline void write_packet_header(mutable_bytes packet, const auth_key& key, const msg_key_t& mk) noexcept
{
    auto const id = store_le64(key.id());
    std::copy(id.begin(), id.end(), packet.begin());
    std::copy(mk.begin(), mk.end(), packet.begin() + 8);
}

inline bool is_for(const auth_key& key, bytes_view packet) noexcept
{
    return packet.size() >= packet_header_size + plain_header_size + 16 &&
           (packet.size() - packet_header_size) % 16 == 0 && load_le64(packet) == key.id();
}

inline msg_key_t packet_msg_key(bytes_view packet) noexcept
{
    msg_key_t mk;
    std::copy_n(packet.begin() + 8, mk.size(), mk.begin());
    return mk;
}

/// Decrypts and gives the msg_key of what came out, in one pass where the processor can.
inline msg_key_t decrypt_and_hash_packet(const auth_key& key, direction d, bytes_view src, mutable_bytes dst,
                                         const msg_key_t& mk)
{
    auto const keys = derive_aes_key_iv(key, mk, d);
#if defined(MTPROTO_HAS_AESNI)
    if (has_sha_ni()) {
        sha256_digest large;
        ige_decrypt_sha256(src.data(), dst.data(), src.size() / 16, keys.key.view().data(),
                           keys.iv.view().data(), msg_key_prefix(key, d).data(), large.data());
        return cut_msg_key(large);
    }
#endif
    ige_decrypt(src, dst, keys.key.view(), keys.iv.view());
    return msg_key(key, dst, d);
}

/// The msg_keys of several plaintexts, two in step where the processor can.
inline void msg_keys(const auth_key& key, direction d, std::span<const bytes_view> plaintexts, msg_key_t* out)
{
    std::size_t i = 0;
#if defined(MTPROTO_HAS_AESNI)
    for (; i + 1 < plaintexts.size() && has_sha_ni(); i += 2) {
        sha256_digest large[2];
        sha256_job jobs[2];
        for (std::size_t l = 0; l < 2; ++l) {
            auto const text = plaintexts[i + l];
            jobs[l] = {msg_key_prefix(key, d).data(), text.data(), text.size(), large[l].data()};
        }
        sha256_prefixed<2>(jobs);
        out[i] = cut_msg_key(large[0]);
        out[i + 1] = cut_msg_key(large[1]);
    }
#endif
    for (; i < plaintexts.size(); ++i)
        out[i] = msg_key(key, plaintexts[i], d);
}

/// At most packet_group packets, as encrypt_in_place has them.
inline void encrypt_group(const auth_key& key, direction d, std::span<const mutable_bytes> packets)
{
    std::array<bytes_view, packet_group> plaintexts{};
    std::array<msg_key_t, packet_group> mks;
    std::array<aes_key_iv, packet_group> keys{}; // wipe themselves
    std::array<ige_job, packet_group> jobs{};
    for (std::size_t i = 0; i < packets.size(); ++i)
        plaintexts[i] = packets[i].subspan(packet_header_size);
    msg_keys(key, d, std::span(plaintexts).first(packets.size()), mks.data());
    for (std::size_t i = 0; i < packets.size(); ++i) {
        write_packet_header(packets[i], key, mks[i]);
        keys[i] = derive_aes_key_iv(key, mks[i], d);
        jobs[i] = {plaintexts[i], packets[i].subspan(packet_header_size), keys[i].key.view().data(),
                   keys[i].iv.view().data()};
    }
    ige_encrypt_many(std::span(jobs).first(packets.size()));
}

/// From how many packets on decrypt_group is faster than one fused pass for each: benchmarks/crypto measures
/// it.
inline std::size_t least_decrypt_group() noexcept
{
#if defined(MTPROTO_HAS_AESNI)
    if (has_sha_ni())
        return 4;
#endif
    return 2;
}

/// At most packet_group jobs, as decrypt_packets has them. Those that are not for this key are left out.
template <class Job>
void decrypt_group(const auth_key& key, direction d, std::span<Job> all)
{
    std::array<Job*, packet_group> mine{};
    std::array<bytes_view, packet_group> plaintexts{};
    std::array<msg_key_t, packet_group> wanted, found;
    std::array<aes_key_iv, packet_group> keys{};
    std::array<ige_job, packet_group> jobs{};
    std::size_t count = 0;
    for (auto& job : all) {
        job.good = false;
        if (!is_for(key, job.packet))
            continue;
        mine[count] = &job;
        plaintexts[count] = job.plaintext;
        wanted[count] = packet_msg_key(job.packet);
        keys[count] = derive_aes_key_iv(key, wanted[count], d);
        jobs[count] = {job.packet.subspan(packet_header_size), job.plaintext, keys[count].key.view().data(),
                       keys[count].iv.view().data()};
        ++count;
    }
    ige_decrypt_many(std::span(jobs).first(count));
    msg_keys(key, d, std::span(plaintexts).first(count), found.data());
    for (std::size_t i = 0; i < count; ++i) {
        mine[i]->good = equal_constant_time(found[i], wanted[i]);
        if (!mine[i]->good)
            wipe(mine[i]->plaintext);
    }
}

} // namespace detail

} // namespace mtproto::crypto

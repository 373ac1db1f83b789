// AES-256-IGE decryption fused with SHA-256 of what comes out.
//
// Either of them is a chain in which every instruction waits for the one before, and leaves most of the
// processor idle: woven together they take little more than the longer of the two.
#pragma once

#include <mtproto/crypto/detail/sha256_ni.hpp>

#if defined(MTPROTO_HAS_AESNI)

namespace mtproto::crypto::detail {

/// Where one IGE chain stands; see ige_aesni for the folding.
struct ige_chain
{
    __m128i state;
    __m128i previous;
    __m128i current;
};

template <int First, int Last>
MTPROTO_INLINE_SHA void decrypt_rounds(ige_chain& c, const __m128i* k) noexcept
{
    c.state = _mm_aesdec_si128(c.state, k[First]);
    if constexpr (First < Last)
        decrypt_rounds<First + 1, Last>(c, k);
}
/// The last round of a block and the first XOR of the next, whose ciphertext is at `next`.
MTPROTO_INLINE_SHA void decrypt_finish(ige_chain& c, const __m128i* k, __m128i fold, const std::byte* next,
                                       std::byte* dst) noexcept
{
    const __m128i x = load_block(next);
    const __m128i y = _mm_aesdeclast_si128(c.state, _mm_xor_si128(k[14], c.previous));
    c.state = _mm_aesdeclast_si128(c.state, _mm_xor_si128(_mm_xor_si128(fold, x), c.previous));
    store_block(dst, y);
    c.previous = c.current;
    c.current = x;
}

/// Block `B` (0 to 3) of four, with a quarter of the rounds of the hash of `block`.
template <int B>
MTPROTO_INLINE_SHA void decrypt_and_hash(ige_chain& c, const __m128i* k, __m128i fold, const std::byte* src,
                                         std::byte* dst, sha256_state& s, const std::byte* block) noexcept
{
    decrypt_rounds<1, 2>(c, k);
    sha256_rounds<4 * B>(s, block);
    decrypt_rounds<3, 5>(c, k);
    sha256_rounds<4 * B + 1>(s, block);
    decrypt_rounds<6, 9>(c, k);
    sha256_rounds<4 * B + 2>(s, block);
    decrypt_rounds<10, 13>(c, k);
    sha256_rounds<4 * B + 3>(s, block);
    decrypt_finish(c, k, fold, src + 16 * (B + 1), dst + 16 * B);
}

/// Block number `at` of `blocks`, alone.
MTPROTO_INLINE_SHA void decrypt_block(ige_chain& c, const __m128i* k, __m128i fold, const std::byte* src,
                                      std::byte* dst, std::size_t at, std::size_t blocks) noexcept
{
    decrypt_rounds<1, 13>(c, k);
    auto const next = at + 1 < blocks ? at + 1 : at; // after the last there is none: any will do
    decrypt_finish(c, k, fold, src + 16 * next, dst + 16 * at);
}

/// Decrypts `blocks` (at least 2) blocks, and gives SHA-256 of 32 bytes at `prefix` and the plaintext.
MTPROTO_TARGET_SHA inline void ige_decrypt_sha256(const std::byte* src, std::byte* dst, std::size_t blocks,
                                                  const std::byte* key, const std::byte* iv,
                                                  const std::byte* prefix, std::byte* digest) noexcept
{
    __m128i k[15];
    expand_keys<false>(key, k);
    const __m128i fold = _mm_xor_si128(k[14], k[0]);
    ige_chain c;
    c.previous = load_block(iv);
    c.current = load_block(src);
    c.state = _mm_xor_si128(_mm_xor_si128(c.current, load_block(iv + 16)), k[0]);
    std::size_t done = 0;
    for (; done < 2; ++done)
        decrypt_block(c, k, fold, src, dst, done, blocks);

    // What is hashed is 64 bytes behind what is decrypted: the first block is half prefix, half text.
    alignas(16) std::byte edge[64];
    std::memcpy(edge, prefix, 32);
    std::memcpy(edge + 32, dst, 32);
    const std::byte* ready = edge;
    sha256_state s;
    sha256_start(s);
    for (; done + 4 < blocks; done += 4) {
        sha256_begin_block(s);
        auto const* const in = src + 16 * done;
        auto* const out = dst + 16 * done;
        decrypt_and_hash<0>(c, k, fold, in, out, s, ready);
        decrypt_and_hash<1>(c, k, fold, in, out, s, ready);
        decrypt_and_hash<2>(c, k, fold, in, out, s, ready);
        decrypt_and_hash<3>(c, k, fold, in, out, s, ready);
        sha256_end_block(s);
        ready = out;
    }
    sha256_block<1>(&s, &ready);
    ready = dst + 16 * done;
    auto rest = 16 * (blocks - done);
    for (; done < blocks; ++done)
        decrypt_block(c, k, fold, src, dst, done, blocks);
    if (rest == 64) {
        sha256_block<1>(&s, &ready);
        ready += 64;
        rest = 0;
    }
    sha256_last_block(edge, ready, rest, 16 * blocks + 32);
    ready = edge;
    sha256_block<1>(&s, &ready);
    sha256_store(s, digest);
    wipe({reinterpret_cast<std::byte*>(k), sizeof k});
    wipe(edge);
}

} // namespace mtproto::crypto::detail

#endif

// SHA-256 with the processor's SHA instructions, in steps of four rounds, so that other work can be woven in.
//
// OpenSSL has the same instructions behind an interface that costs more than a block, and that cannot hash
// two messages at once or hash while something else is decrypted.
#pragma once

#include <mtproto/crypto/detail/ige_aesni.hpp>

#if defined(MTPROTO_HAS_AESNI)

#include <cpuid.h>

#include <cstdint>
#include <cstring>

#define MTPROTO_TARGET_SHA __attribute__((target("sha,sse4.1,aes,ssse3")))
#define MTPROTO_INLINE_SHA __attribute__((target("sha,sse4.1,aes,ssse3"), always_inline)) inline

namespace mtproto::crypto::detail {

inline bool has_sha_ni() noexcept
{
    static bool const value = [] {
        unsigned a = 0, b = 0, c = 0, d = 0; // g++ 12 knows no __builtin_cpu_supports("sha")
        return has_aesni() && __builtin_cpu_supports("sse4.1") &&
               __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 29 & 1u) != 0;
    }();
    return value;
}

// FIPS 180-4, 4.2.2 and 5.3.3.
alignas(16) inline constexpr std::uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// One message's state, in the order that the instructions want, and the schedule of the block in work.
///
/// Lives in registers: to wipe it would force it into memory, where it never was.
struct sha256_state
{
    __m128i abef;
    __m128i cdgh;
    __m128i begun_abef; // before this block
    __m128i begun_cdgh;
    __m128i w[4];
};

MTPROTO_INLINE_SHA void sha256_start(sha256_state& s) noexcept
{
    s.abef =
        _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    s.cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
}

MTPROTO_INLINE_SHA void sha256_begin_block(sha256_state& s) noexcept
{
    s.begun_abef = s.abef;
    s.begun_cdgh = s.cdgh;
}
MTPROTO_INLINE_SHA void sha256_end_block(sha256_state& s) noexcept
{
    s.abef = _mm_add_epi32(s.abef, s.begun_abef);
    s.cdgh = _mm_add_epi32(s.cdgh, s.begun_cdgh);
}

/// Rounds 4 * I to 4 * I + 3 of one block.
template <int I>
MTPROTO_INLINE_SHA void sha256_rounds(sha256_state& s, const std::byte* block) noexcept
{
    if constexpr (I < 4) {
        const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
        s.w[I] = _mm_shuffle_epi8(load_block(block + 16 * I), swap);
    } else {
        const __m128i mixed = _mm_add_epi32(_mm_sha256msg1_epu32(s.w[I % 4], s.w[(I + 1) % 4]),
                                            _mm_alignr_epi8(s.w[(I + 3) % 4], s.w[(I + 2) % 4], 4));
        s.w[I % 4] = _mm_sha256msg2_epu32(mixed, s.w[(I + 3) % 4]);
    }
    const __m128i k = _mm_load_si128(reinterpret_cast<const __m128i*>(sha256_constants + 4 * I));
    const __m128i m = _mm_add_epi32(s.w[I % 4], k);
    s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, m);
    s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(m, 0x0e));
}

/// One block of each of `Lanes` messages, in step: the rounds of one wait for each other, those of two do
/// not.
template <int Lanes, int I = 0>
MTPROTO_INLINE_SHA void sha256_all_rounds(sha256_state* s, const std::byte* const* blocks) noexcept
{
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_rounds<I>(s[l], blocks[l]);
    if constexpr (I < 15)
        sha256_all_rounds<Lanes, I + 1>(s, blocks);
}
template <int Lanes>
MTPROTO_INLINE_SHA void sha256_block(sha256_state* s, const std::byte* const* blocks) noexcept
{
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_begin_block(s[l]);
    sha256_all_rounds<Lanes>(s, blocks);
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_end_block(s[l]);
}

MTPROTO_INLINE_SHA void sha256_store(const sha256_state& s, std::byte* digest) noexcept
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
    store_block(digest, _mm_shuffle_epi8(_mm_blend_epi16(feba, dchg, 0xf0), swap));
    store_block(digest + 16, _mm_shuffle_epi8(_mm_alignr_epi8(dchg, feba, 8), swap));
}

/// The last block of a message of `size` bytes, of which `rest` (at most 55) are not hashed yet.
inline void sha256_last_block(std::byte* block, const std::byte* data, std::size_t rest,
                              std::size_t size) noexcept
{
    std::memset(block, 0, 64);
    if (rest != 0)
        std::memcpy(block, data, rest);
    block[rest] = std::byte{0x80};
    for (std::size_t i = 0; i < 8; ++i)
        block[63 - i] = static_cast<std::byte>(size * 8 >> 8 * i);
}

/// Digests of `Lanes` messages of one block each, at most 55 bytes: `blocks` as sha256_last_block makes them.
template <int Lanes>
MTPROTO_TARGET_SHA inline void sha256_short(const std::byte* const* blocks,
                                            std::byte* const* digests) noexcept
{
    sha256_state s[Lanes];
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_start(s[l]);
    sha256_block<Lanes>(s, blocks);
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_store(s[l], digests[l]);
}

/// A message that begins with 32 bytes of a key, as what msg_key is cut from. `size` is a multiple of 16, at
/// least 32.
struct sha256_job
{
    const std::byte* prefix;
    const std::byte* data;
    std::size_t size;
    std::byte* digest;
};

/// Two such messages in step as far as both reach, or one alone.
template <int Lanes>
MTPROTO_TARGET_SHA inline void sha256_prefixed(const sha256_job* jobs) noexcept
{
    sha256_state s[Lanes];
    alignas(16) std::byte edge[Lanes][64];
    const std::byte* at[Lanes];
    std::size_t whole[Lanes], both = ~std::size_t(0);
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l) {
        sha256_start(s[l]);
        std::memcpy(edge[l], jobs[l].prefix, 32);
        std::memcpy(edge[l] + 32, jobs[l].data, 32);
        at[l] = edge[l];
        whole[l] = (jobs[l].size - 32) / 64;
        both = (std::min)(both, whole[l]);
    }
    sha256_block<Lanes>(s, at);
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        at[l] = jobs[l].data + 32;
    for (std::size_t i = 0; i < both; ++i) {
        sha256_block<Lanes>(s, at);
        MTPROTO_UNROLL
        for (int l = 0; l < Lanes; ++l)
            at[l] += 64;
    }
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l) {
        for (std::size_t i = both; i < whole[l]; ++i, at[l] += 64)
            sha256_block<1>(s + l, at + l);
        sha256_last_block(edge[l], at[l], (jobs[l].size - 32) % 64, jobs[l].size + 32);
        at[l] = edge[l];
    }
    sha256_block<Lanes>(s, at);
    MTPROTO_UNROLL
    for (int l = 0; l < Lanes; ++l)
        sha256_store(s[l], jobs[l].digest);
    wipe({edge[0], sizeof edge});
}

} // namespace mtproto::crypto::detail

#endif

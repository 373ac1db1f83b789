// AES-256-IGE with the processor's AES instructions. Chosen at run time: nothing here needs compiler flags.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#if defined(__x86_64__)
#define MTPROTO_HAS_AESNI 1

#include <immintrin.h>

#include <algorithm>

#define MTPROTO_TARGET_AES __attribute__((target("aes,ssse3")))
#define MTPROTO_INLINE_AES __attribute__((target("aes,ssse3"), always_inline)) inline
#if defined(__clang__)
#define MTPROTO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MTPROTO_UNROLL _Pragma("GCC unroll 16")
#endif

namespace mtproto::crypto::detail {

inline bool has_aesni() noexcept
{
    static bool const value = [] {
        __builtin_cpu_init();
        return __builtin_cpu_supports("aes") && __builtin_cpu_supports("ssse3");
    }();
    return value;
}

MTPROTO_INLINE_AES __m128i load_block(const std::byte* p) noexcept
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
MTPROTO_INLINE_AES void store_block(std::byte* p, __m128i v) noexcept
{
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
}

template <bool Encrypt>
MTPROTO_INLINE_AES __m128i aes_round(__m128i state, __m128i key) noexcept
{
    if constexpr (Encrypt)
        return _mm_aesenc_si128(state, key);
    else
        return _mm_aesdec_si128(state, key);
}
template <bool Encrypt>
MTPROTO_INLINE_AES __m128i aes_last(__m128i state, __m128i key) noexcept
{
    if constexpr (Encrypt)
        return _mm_aesenclast_si128(state, key);
    else
        return _mm_aesdeclast_si128(state, key);
}

MTPROTO_INLINE_AES __m128i prefix_xor(__m128i v) noexcept
{
    v = _mm_xor_si128(v, _mm_slli_si128(v, 4));
    return _mm_xor_si128(v, _mm_slli_si128(v, 8));
}

// FIPS 197's key expansion. SubWord is taken from aesenclast with all four columns alike (so that ShiftRows
// changes nothing): several times faster than aeskeygenassist, which matters for short messages.
MTPROTO_TARGET_AES inline void expand_encrypt_keys(const std::byte* key, __m128i* k) noexcept
{
    const __m128i rotate = _mm_set1_epi32(0x0c0f0e0d); // the last word, rotated, into every column
    const __m128i repeat = _mm_set1_epi32(0x0f0e0d0c); // the last word into every column
    __m128i rcon = _mm_set1_epi32(1);
    k[0] = load_block(key);
    k[1] = load_block(key + 16);
    MTPROTO_UNROLL
    for (int i = 2; i < 14; i += 2) {
        k[i] = _mm_xor_si128(prefix_xor(k[i - 2]),
                             _mm_aesenclast_si128(_mm_shuffle_epi8(k[i - 1], rotate), rcon));
        rcon = _mm_slli_epi32(rcon, 1);
        k[i + 1] = _mm_xor_si128(prefix_xor(k[i - 1]),
                                 _mm_aesenclast_si128(_mm_shuffle_epi8(k[i], repeat), _mm_setzero_si128()));
    }
    k[14] = _mm_xor_si128(prefix_xor(k[12]), _mm_aesenclast_si128(_mm_shuffle_epi8(k[13], rotate), rcon));
}

template <bool Encrypt>
MTPROTO_TARGET_AES inline void expand_keys(const std::byte* key, __m128i* k) noexcept
{
    if constexpr (Encrypt) {
        expand_encrypt_keys(key, k);
    } else {
        __m128i e[15];
        expand_encrypt_keys(key, e);
        k[0] = e[14];
        MTPROTO_UNROLL
        for (int i = 1; i < 14; ++i)
            k[i] = _mm_aesimc_si128(e[14 - i]);
        k[14] = e[0];
    }
}

// One message. In terms of input x and output y, both directions are y[i] = AES(x[i] ^ y[i-1]) ^ x[i-1].
// The last round XORs its round key, and the next block begins by XORing x[i+1] and the first round key: all
// of it is folded into one round key, so that only the fourteen rounds themselves are on the critical path.
template <bool Encrypt>
MTPROTO_TARGET_AES inline void ige_aesni(const std::byte* src, std::byte* dst, std::size_t blocks,
                                         const std::byte* key, const std::byte* iv) noexcept
{
    if (blocks == 0)
        return;
    __m128i k[15];
    expand_keys<Encrypt>(key, k);
    const __m128i last = k[14];
    const __m128i fold = _mm_xor_si128(k[14], k[0]);
    __m128i previous = load_block(iv + (Encrypt ? 16 : 0)); // x[i-1]
    __m128i current = load_block(src);                      // x[i]
    __m128i state = _mm_xor_si128(_mm_xor_si128(current, load_block(iv + (Encrypt ? 0 : 16))), k[0]);
    for (;;) {
        MTPROTO_UNROLL
        for (int r = 1; r < 14; ++r)
            state = aes_round<Encrypt>(state, k[r]);
        const __m128i y = aes_last<Encrypt>(state, _mm_xor_si128(last, previous));
        if (--blocks == 0) {
            store_block(dst, y);
            break;
        }
        src += 16;
        const __m128i next = load_block(src);
        state = aes_last<Encrypt>(state, _mm_xor_si128(_mm_xor_si128(fold, next), previous));
        store_block(dst, y);
        dst += 16;
        previous = current;
        current = next;
    }
    wipe({reinterpret_cast<std::byte*>(k), sizeof k});
}

} // namespace mtproto::crypto::detail

#endif

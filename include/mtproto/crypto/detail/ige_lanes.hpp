// AES-256-IGE of many messages at once: a block waits for the block before it in its own message, never for
// another message, so several of them in step keep the AES units busy.
#pragma once

#include <mtproto/crypto/detail/ige_aesni.hpp>

#if defined(MTPROTO_HAS_AESNI)

#include <cpuid.h>

#define MTPROTO_TARGET_VAES __attribute__((target("vaes,avx512f,aes,ssse3")))

namespace mtproto::crypto::detail {

inline bool has_vaes() noexcept
{
    static bool const value = [] {
        __builtin_cpu_init();
        // Clang before 17 does not know "vaes": leaf 7, bit 9 of ecx. Whether the system saves the wide registers is told by avx512f.
        unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
        return has_aesni() && __builtin_cpu_supports("avx512f") && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
               (ecx >> 9 & 1) != 0;
    }();
    return value;
}

/// Where one of several interleaved messages stands.
struct ige_lane
{
    const std::byte* src;
    std::byte* dst;
    std::size_t blocks; // left
    std::size_t stride; // 16, or 0 for a lane that has nothing to do
};

/// Keys and chaining blocks of all lanes, lane beside lane, so that four neighbours fill one wide register.
template <std::size_t Lanes>
struct alignas(64) ige_lane_state
{
    __m128i keys[15][Lanes];
    __m128i x[Lanes]; // input of the block before
    __m128i y[Lanes]; // output of the block before
};

template <bool Encrypt, std::size_t Lanes>
MTPROTO_TARGET_AES void ige_load_lane(ige_lane_state<Lanes>& s, std::size_t lane, const std::byte* key,
                                      const std::byte* iv) noexcept
{
    __m128i k[15];
    expand_keys<Encrypt>(key, k);
    for (std::size_t r = 0; r < 15; ++r)
        s.keys[r][lane] = k[r];
    s.x[lane] = load_block(iv + (Encrypt ? 16 : 0));
    s.y[lane] = load_block(iv + (Encrypt ? 0 : 16));
    wipe({reinterpret_cast<std::byte*>(k), sizeof k});
}

/// `blocks` blocks of every lane, one block of a lane per register.
template <bool Encrypt, std::size_t Lanes>
MTPROTO_TARGET_AES void ige_run_lanes(ige_lane_state<Lanes>& s, ige_lane* lanes, std::size_t blocks) noexcept
{
    __m128i x[Lanes], t[Lanes];
    for (; blocks != 0; --blocks) {
        MTPROTO_UNROLL
        for (std::size_t l = 0; l < Lanes; ++l) {
            x[l] = load_block(lanes[l].src);
            t[l] = _mm_xor_si128(_mm_xor_si128(x[l], s.y[l]), s.keys[0][l]);
        }
        for (std::size_t r = 1; r < 14; ++r) {
            MTPROTO_UNROLL
            for (std::size_t l = 0; l < Lanes; ++l)
                t[l] = aes_round<Encrypt>(t[l], s.keys[r][l]);
        }
        MTPROTO_UNROLL
        for (std::size_t l = 0; l < Lanes; ++l) {
            t[l] = aes_last<Encrypt>(t[l], _mm_xor_si128(s.keys[14][l], s.x[l]));
            store_block(lanes[l].dst, t[l]);
            s.y[l] = t[l];
            s.x[l] = x[l];
            lanes[l].src += lanes[l].stride;
            lanes[l].dst += lanes[l].stride;
        }
    }
}

// The form with a mask of ones, since the plain one makes g++ 12 warn of its own header (its bug 105593).
template <int Lane>
__attribute__((target("vaes,avx512f,aes,ssse3"), always_inline)) inline __m128i
extract_lane(__m512i v) noexcept
{
    return _mm512_maskz_extracti32x4_epi32(0xf, v, Lane);
}

/// The same with four lanes per 512-bit register.
template <bool Encrypt, std::size_t Lanes>
MTPROTO_TARGET_VAES void ige_run_lanes_vaes(ige_lane_state<Lanes>& s, ige_lane* lanes,
                                            std::size_t blocks) noexcept
{
    constexpr std::size_t groups = Lanes / 4;
    __m512i x[groups], t[groups], previous_x[groups], previous_y[groups];
    MTPROTO_UNROLL
    for (std::size_t g = 0; g < groups; ++g) {
        previous_x[g] = _mm512_load_si512(&s.x[4 * g]);
        previous_y[g] = _mm512_load_si512(&s.y[4 * g]);
    }
    for (; blocks != 0; --blocks) {
        MTPROTO_UNROLL
        for (std::size_t g = 0; g < groups; ++g) {
            auto* const lane = lanes + 4 * g;
            x[g] = _mm512_castsi128_si512(load_block(lane[0].src));
            x[g] = _mm512_inserti32x4(x[g], load_block(lane[1].src), 1);
            x[g] = _mm512_inserti32x4(x[g], load_block(lane[2].src), 2);
            x[g] = _mm512_inserti32x4(x[g], load_block(lane[3].src), 3);
            t[g] =
                _mm512_xor_si512(_mm512_xor_si512(x[g], previous_y[g]), _mm512_load_si512(&s.keys[0][4 * g]));
        }
        for (std::size_t r = 1; r < 14; ++r) {
            MTPROTO_UNROLL
            for (std::size_t g = 0; g < groups; ++g) {
                const __m512i k = _mm512_load_si512(&s.keys[r][4 * g]);
                if constexpr (Encrypt)
                    t[g] = _mm512_aesenc_epi128(t[g], k);
                else
                    t[g] = _mm512_aesdec_epi128(t[g], k);
            }
        }
        MTPROTO_UNROLL
        for (std::size_t g = 0; g < groups; ++g) {
            const __m512i k = _mm512_xor_si512(_mm512_load_si512(&s.keys[14][4 * g]), previous_x[g]);
            if constexpr (Encrypt)
                t[g] = _mm512_aesenclast_epi128(t[g], k);
            else
                t[g] = _mm512_aesdeclast_epi128(t[g], k);
            auto* const lane = lanes + 4 * g;
            store_block(lane[0].dst, extract_lane<0>(t[g]));
            store_block(lane[1].dst, extract_lane<1>(t[g]));
            store_block(lane[2].dst, extract_lane<2>(t[g]));
            store_block(lane[3].dst, extract_lane<3>(t[g]));
            previous_x[g] = x[g];
            previous_y[g] = t[g];
            MTPROTO_UNROLL
            for (std::size_t l = 0; l < 4; ++l) {
                lane[l].src += lane[l].stride;
                lane[l].dst += lane[l].stride;
            }
        }
    }
    MTPROTO_UNROLL
    for (std::size_t g = 0; g < groups; ++g) {
        _mm512_store_si512(&s.x[4 * g], previous_x[g]);
        _mm512_store_si512(&s.y[4 * g], previous_y[g]);
    }
}

} // namespace mtproto::crypto::detail

#endif

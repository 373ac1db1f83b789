// AES-256-IGE, the cipher of every encrypted message. OpenSSL's own is six to twelve times slower than what
// the processor can do, so this is the one primitive of the library's own making; tests hold it against
// OpenSSL.
#pragma once

#include <mtproto/crypto/detail/ige_aesni.hpp>
#include <mtproto/crypto/detail/ige_lanes.hpp>
#include <mtproto/crypto/detail/ige_portable.hpp>

#include <cassert>

namespace mtproto::crypto {

namespace detail {

template <bool Encrypt>
void ige(bytes_view src, mutable_bytes dst, std::span<const std::byte, 32> key,
         std::span<const std::byte, 32> iv)
{
    assert(src.size() % 16 == 0 && dst.size() == src.size());
    auto const blocks = (std::min)(src.size(), dst.size()) / 16;
#if defined(MTPROTO_HAS_AESNI)
    if (has_aesni())
        return ige_aesni<Encrypt>(src.data(), dst.data(), blocks, key.data(), iv.data());
#endif
    if constexpr (Encrypt)
        ige_encrypt_portable(src.data(), dst.data(), blocks, key.data(), iv.data());
    else
        ige_decrypt_portable(src.data(), dst.data(), blocks, key.data(), iv.data());
}

} // namespace detail

/// Encrypts `src` into `dst`. https://core.telegram.org/mtproto/description
///
/// Both have the same size, a multiple of 16 bytes (a precondition, asserted: callers check what came from
/// the wire), and are either the same memory or apart. `iv` is the block before the first ciphertext, then
/// the one before the first plaintext, as OpenSSL has it. Thread safe, allocates nothing.
inline void ige_encrypt(bytes_view src, mutable_bytes dst, std::span<const std::byte, 32> key,
                        std::span<const std::byte, 32> iv)
{
    detail::ige<true>(src, dst, key, iv);
}
inline void ige_encrypt(mutable_bytes data, std::span<const std::byte, 32> key,
                        std::span<const std::byte, 32> iv)
{
    detail::ige<true>(data, data, key, iv);
}

/// Decrypts `src` into `dst`; otherwise as ige_encrypt.
inline void ige_decrypt(bytes_view src, mutable_bytes dst, std::span<const std::byte, 32> key,
                        std::span<const std::byte, 32> iv)
{
    detail::ige<false>(src, dst, key, iv);
}
inline void ige_decrypt(mutable_bytes data, std::span<const std::byte, 32> key,
                        std::span<const std::byte, 32> iv)
{
    detail::ige<false>(data, data, key, iv);
}

/// One message of many: sizes and overlap as in ige_encrypt. Everything it points to must outlive the call,
/// and no two jobs may write to the same memory.
struct ige_job
{
    bytes_view src{};
    mutable_bytes dst{};
    const std::byte* key = nullptr; ///< 32 bytes
    const std::byte* iv = nullptr;  ///< 32 bytes
};

namespace detail {

template <bool Encrypt>
void ige_one(const ige_job& job)
{
    ige<Encrypt>(job.src, job.dst, std::span<const std::byte, 32>(job.key, 32),
                 std::span<const std::byte, 32>(job.iv, 32));
}

#if defined(MTPROTO_HAS_AESNI)
/// Runs all jobs on `Lanes` lanes: a lane that has finished its message takes the next one.
template <bool Encrypt, bool Vaes, std::size_t Lanes>
void ige_interleaved(std::span<const ige_job> jobs)
{
    alignas(16) std::byte scratch[16]{}; // what a lane without work chews on
    ige_lane_state<Lanes> state{};
    ige_lane lanes[Lanes]{};
    for (;;) {
        std::size_t active = 0, shortest = ~std::size_t(0);
        for (std::size_t l = 0; l < Lanes; ++l) {
            while (lanes[l].blocks == 0 && !jobs.empty()) {
                auto const& job = jobs.front();
                lanes[l] = {job.src.data(), job.dst.data(), (std::min)(job.src.size(), job.dst.size()) / 16,
                            16};
                if (lanes[l].blocks != 0)
                    ige_load_lane<Encrypt>(state, l, job.key, job.iv);
                jobs = jobs.subspan(1);
            }
            if (lanes[l].blocks == 0) {
                lanes[l] = {scratch, scratch, 0, 0};
                continue;
            }
            ++active;
            shortest = (std::min)(shortest, lanes[l].blocks);
        }
        if (active == 0)
            break;
        if constexpr (Vaes)
            ige_run_lanes_vaes<Encrypt>(state, lanes, shortest);
        else
            ige_run_lanes<Encrypt>(state, lanes, shortest);
        for (auto& lane : lanes)
            lane.blocks -= lane.blocks == 0 ? 0 : shortest;
    }
    wipe({reinterpret_cast<std::byte*>(&state), sizeof state});
}
#endif

template <bool Encrypt>
void ige_many(std::span<const ige_job> jobs)
{
#if defined(MTPROTO_HAS_AESNI)
    if (has_vaes() && jobs.size() > 8)
        return ige_interleaved<Encrypt, true, 16>(jobs);
    if (has_aesni() && jobs.size() > 4)
        return ige_interleaved<Encrypt, false, 8>(jobs);
    if (has_aesni() && jobs.size() > 1)
        return ige_interleaved<Encrypt, false, 4>(jobs);
#endif
    for (auto const& job : jobs)
        ige_one<Encrypt>(job);
}

} // namespace detail

/// Encrypts independent messages, interleaved where the processor has AES instructions (eight, or sixteen
/// with VAES): several times the speed of one after the other. Sizes may differ; like ones together are
/// fastest.
inline void ige_encrypt_many(std::span<const ige_job> jobs) { detail::ige_many<true>(jobs); }
/// Decrypts independent messages; otherwise as ige_encrypt_many.
inline void ige_decrypt_many(std::span<const ige_job> jobs) { detail::ige_many<false>(jobs); }

} // namespace mtproto::crypto

// AES-256-IGE over EVP, for processors without AES-NI. https://core.telegram.org/mtproto/description
#pragma once

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/detail/openssl.hpp>

#include <algorithm>
#include <array>

namespace mtproto::crypto::detail {

inline void xor_block(std::byte* out, const std::byte* a, const std::byte* b) noexcept
{
    for (std::size_t i = 0; i < 16; ++i)
        out[i] = a[i] ^ b[i];
}

// A context per thread: its allocation would cost more than a short message. Keys do not stay in it (reset
// wipes them).
class portable_aes
{
public:
    enum class mode
    {
        cbc,
        ecb
    };

    portable_aes(mode which, bool encrypt, const std::byte* key, const std::byte* iv) : context_(shared())
    {
        static EVP_CIPHER* const cbc = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
        static EVP_CIPHER* const ecb = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
        auto* const cipher = which == mode::cbc ? cbc : ecb;
        require(cipher && EVP_CipherInit_ex2(context_, cipher, uchars(key), iv ? uchars(iv) : nullptr,
                                             encrypt ? 1 : 0, nullptr) == 1);
        EVP_CIPHER_CTX_set_padding(context_, 0);
    }
    portable_aes(const portable_aes&) = delete;
    portable_aes& operator=(const portable_aes&) = delete;
    ~portable_aes() { EVP_CIPHER_CTX_reset(context_); }

    void update(std::byte* data, std::size_t size)
    {
        int written = 0;
        require(EVP_CipherUpdate(context_, uchars(data), &written, uchars(data), static_cast<int>(size)) ==
                1);
    }

private:
    static EVP_CIPHER_CTX* shared()
    {
        thread_local cipher_ctx_ptr const context(EVP_CIPHER_CTX_new());
        require(context != nullptr);
        return context.get();
    }

    EVP_CIPHER_CTX* context_;
};

// With d[i] = c[i] ^ p[i-1], IGE encryption is d[i] = E(d[i-1] ^ p[i] ^ p[i-2]): plain CBC over the text
// XORed with itself two blocks later. So whole groups go through the fast CBC of OpenSSL.
inline void ige_encrypt_portable(const std::byte* src, std::byte* dst, std::size_t blocks,
                                 const std::byte* key, const std::byte* iv)
{
    constexpr std::size_t group = 32;
    portable_aes cbc(portable_aes::mode::cbc, true, key, iv);
    std::array<std::byte, 16 * (group + 2)>
        plain{}; // p[-2] (none: zero), p[-1], then the group: dst may be src
    std::array<std::byte, 16 * group> work;
    std::copy_n(iv + 16, 16, plain.begin() + 16);
    while (blocks != 0) {
        auto const count = (std::min)(blocks, group);
        std::copy_n(src, 16 * count, plain.begin() + 32);
        for (std::size_t i = 0; i < count; ++i)
            xor_block(&work[16 * i], &plain[16 * (i + 2)], &plain[16 * i]);
        cbc.update(work.data(), 16 * count);
        for (std::size_t i = 0; i < count; ++i)
            xor_block(dst + 16 * i, &work[16 * i], &plain[16 * (i + 1)]);
        std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(16 * count), 32, plain.begin());
        src += 16 * count;
        dst += 16 * count;
        blocks -= count;
    }
    wipe(plain);
    wipe(work);
}

// Decryption has no such trick: p[i] = D(c[i] ^ p[i-1]) ^ c[i-1] needs the block before, so one block at a
// time.
inline void ige_decrypt_portable(const std::byte* src, std::byte* dst, std::size_t blocks,
                                 const std::byte* key, const std::byte* iv)
{
    portable_aes ecb(portable_aes::mode::ecb, false, key, nullptr);
    std::array<std::byte, 16> previous_cipher, previous_plain, cipher;
    std::copy_n(iv, 16, previous_cipher.begin());
    std::copy_n(iv + 16, 16, previous_plain.begin());
    for (; blocks != 0; --blocks, src += 16, dst += 16) {
        std::copy_n(src, 16, cipher.begin());
        xor_block(previous_plain.data(), cipher.data(), previous_plain.data());
        ecb.update(previous_plain.data(), 16);
        xor_block(previous_plain.data(), previous_plain.data(), previous_cipher.data());
        std::copy_n(previous_plain.begin(), 16, dst);
        previous_cipher = cipher;
    }
    wipe(previous_plain);
}

} // namespace mtproto::crypto::detail

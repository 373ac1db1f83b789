// AES-256-CTR as a stream: the obfuscation of transports.
#pragma once

#include <mtproto/crypto/detail/openssl.hpp>
#include <mtproto/crypto/secret.hpp>

#include <algorithm>
#include <climits>

namespace mtproto::crypto {

/// An endless key stream that is XORed onto data; encryption and decryption are the same operation.
/// https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
///
/// Move only, not thread safe. The position advances by exactly the bytes processed, wherever they are cut.
class aes_ctr
{
public:
    aes_ctr(std::span<const std::byte, 32> key, std::span<const std::byte, 16> iv)
        : context_(EVP_CIPHER_CTX_new())
    {
        static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
        detail::require(context_ && cipher &&
                        EVP_EncryptInit_ex2(context_.get(), cipher, detail::uchars(key.data()),
                                            detail::uchars(iv.data()), nullptr) == 1);
    }

    /// Processes `src` into `dst`, which has the same size and is either the same memory or apart from it.
    void process(bytes_view src, mutable_bytes dst)
    {
        while (!src.empty()) {
            auto const part = (std::min<std::size_t>)(src.size(), INT_MAX / 2);
            int written = 0;
            detail::require(EVP_EncryptUpdate(context_.get(), detail::uchars(dst.data()), &written,
                                              detail::uchars(src.data()), static_cast<int>(part)) == 1);
            src = src.subspan(part);
            dst = dst.subspan(part);
        }
    }

    /// Processes in place.
    void process(mutable_bytes data) { process(data, data); }

private:
    detail::cipher_ctx_ptr context_; // freeing it wipes the key schedule
};

} // namespace mtproto::crypto

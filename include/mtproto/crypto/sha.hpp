// SHA-1, SHA-256 and SHA-512 over one or several pieces.
#pragma once

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/detail/openssl.hpp>

#include <array>
#include <concepts>
#include <initializer_list>

namespace mtproto::crypto {

using sha1_digest = std::array<std::byte, 20>;
using sha256_digest = std::array<std::byte, 32>;
using sha512_digest = std::array<std::byte, 64>;

namespace detail {

// Fetching an algorithm and making a context cost more than hashing a block, so both are kept: the algorithm
// for the process (never freed: OpenSSL's own exit handler may run before ours), the context for the thread.
template <std::size_t N>
class hasher
{
public:
    static std::array<std::byte, N> of(std::initializer_list<bytes_view> parts)
    {
        thread_local hasher const self;
        auto* const context = self.context_.get();
        bool ok = EVP_DigestInit_ex2(context, nullptr, nullptr) == 1;
        for (auto const part : parts)
            ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
        std::array<std::byte, N> digest;
        require(ok && EVP_DigestFinal_ex(context, uchars(digest.data()), nullptr) == 1);
        return digest;
    }

private:
    hasher() : context_(EVP_MD_CTX_new())
    {
        static EVP_MD* const algorithm = EVP_MD_fetch(nullptr,
                                                      N == 20   ? "SHA1"
                                                      : N == 32 ? "SHA256"
                                                                : "SHA512",
                                                      nullptr);
        require(context_ && algorithm && EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) == 1);
    }

    md_ctx_ptr context_;
};

} // namespace detail

/// The digest of the concatenation of `parts`. No allocation after a thread's first call; thread safe.
template <std::convertible_to<bytes_view>... Parts>
[[nodiscard]] sha1_digest sha1(const Parts&... parts)
{
    return detail::hasher<20>::of({bytes_view(parts)...});
}

/// \copydoc sha1
template <std::convertible_to<bytes_view>... Parts>
[[nodiscard]] sha256_digest sha256(const Parts&... parts)
{
    return detail::hasher<32>::of({bytes_view(parts)...});
}

/// \copydoc sha1
template <std::convertible_to<bytes_view>... Parts>
[[nodiscard]] sha512_digest sha512(const Parts&... parts)
{
    return detail::hasher<64>::of({bytes_view(parts)...});
}

} // namespace mtproto::crypto

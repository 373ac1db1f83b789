// Certificates of TLS, as far as they can be judged before they are used.
#pragma once

#include <mtproto/crypto/detail/openssl.hpp>
#include <mtproto/error.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <string_view>

namespace mtproto::crypto {

namespace detail {

inline bio_ptr reading(std::string_view text)
{
    if (text.size() > (std::numeric_limits<int>::max)())
        text = {};
    return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
inline x509_ptr first_certificate(std::string_view pem)
{
    auto const from = reading(pem);
    x509_ptr found(from ? PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    return found;
}
// Nobody is asked for a password.
inline int no_password(char*, int, int, void*) { return -1; }

} // namespace detail

/// Whether PEM text begins with a certificate. Fails with errc::bad_argument.
inline result<> check_certificates(std::string_view pem)
{
    if (!detail::first_certificate(pem))
        return error(errc::bad_argument,
                     "the authority of the clients' certificates holds no certificate that can be read; it is PEM text");
    return {};
}

/// Whether a certificate chain and a private key, both PEM, belong together. Fails with errc::bad_argument, which says
/// nothing of what they hold.
inline result<> check_key_pair(std::string_view chain_pem, std::string_view key_pem)
{
    auto const certificate = detail::first_certificate(chain_pem);
    if (!certificate)
        return error(errc::bad_argument,
                     "the certificate chain holds no certificate that can be read; it is PEM text, the server's own first");
    auto const from = detail::reading(key_pem);
    detail::pkey_ptr const key(from ? PEM_read_bio_PrivateKey(from.get(), nullptr, &detail::no_password, nullptr) : nullptr);
    bool const match = key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    if (!key)
        return error(errc::bad_argument, "the private key of the certificate cannot be read; it is PEM text without a password");
    if (!match)
        return error(errc::bad_argument, "the private key is not that of the certificate; the chain begins with the server's own");
    return {};
}

} // namespace mtproto::crypto

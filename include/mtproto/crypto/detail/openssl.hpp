// Owners for OpenSSL's objects.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>
#include <new>

namespace mtproto::crypto::detail {

template <auto Free>
struct free_with
{
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

// BIO_free returns int, everything else void: wrapped so that one template fits.
inline void free_bio(BIO* bio) noexcept { BIO_free(bio); }

using bignum_ptr = std::unique_ptr<BIGNUM, free_with<BN_clear_free>>;
using bn_ctx_ptr = std::unique_ptr<BN_CTX, free_with<BN_CTX_free>>;
using bio_ptr = std::unique_ptr<BIO, free_with<free_bio>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, free_with<EVP_PKEY_free>>;
using pkey_ctx_ptr = std::unique_ptr<EVP_PKEY_CTX, free_with<EVP_PKEY_CTX_free>>;
using cipher_ctx_ptr = std::unique_ptr<EVP_CIPHER_CTX, free_with<EVP_CIPHER_CTX_free>>;
using md_ctx_ptr = std::unique_ptr<EVP_MD_CTX, free_with<EVP_MD_CTX_free>>;
using decoder_ptr = std::unique_ptr<OSSL_DECODER_CTX, free_with<OSSL_DECODER_CTX_free>>;
using encoder_ptr = std::unique_ptr<OSSL_ENCODER_CTX, free_with<OSSL_ENCODER_CTX_free>>;
using param_bld_ptr = std::unique_ptr<OSSL_PARAM_BLD, free_with<OSSL_PARAM_BLD_free>>;
using x509_ptr = std::unique_ptr<X509, free_with<X509_free>>;
using params_ptr = std::unique_ptr<OSSL_PARAM, free_with<OSSL_PARAM_free>>;

/// For calls that, with the arguments we give, fail only when memory runs out.
inline void require(bool ok)
{
    if (!ok)
        throw std::bad_alloc();
}

inline unsigned char* uchars(std::byte* p) noexcept { return reinterpret_cast<unsigned char*>(p); }
inline const unsigned char* uchars(const std::byte* p) noexcept
{
    return reinterpret_cast<const unsigned char*>(p);
}

} // namespace mtproto::crypto::detail

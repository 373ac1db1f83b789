// RSA keys in and out of PEM, through OpenSSL's decoders and encoders.
#pragma once

#include <mtproto/crypto/big_int.hpp>
#include <mtproto/crypto/detail/openssl.hpp>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <optional>
#include <string>
#include <string_view>

namespace mtproto::crypto::detail {

// Both PKCS#1 and SubjectPublicKeyInfo / PKCS#8: the decoder looks at the label. Null if it is none of them.
inline pkey_ptr decode_pem(std::string_view pem, int selection)
{
    EVP_PKEY* key = nullptr;
    decoder_ptr const decoder(
        OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", nullptr, "RSA", selection, nullptr, nullptr));
    require(decoder != nullptr);
    // A passphrase, so that an encrypted key fails instead of asking the terminal.
    OSSL_DECODER_CTX_set_passphrase(decoder.get(), reinterpret_cast<const unsigned char*>(""), 0);
    auto const* data = reinterpret_cast<const unsigned char*>(pem.data());
    auto size = pem.size();
    bool const ok = OSSL_DECODER_from_data(decoder.get(), &data, &size) == 1;
    pkey_ptr out(key);
    if (!ok) {
        ERR_clear_error();
        out.reset();
    }
    return out;
}

// PKCS#1 PEM of the private key or of the public half.
inline std::string encode_pem(EVP_PKEY* key, int selection)
{
    encoder_ptr const encoder(OSSL_ENCODER_CTX_new_for_pkey(key, selection, "PEM", "type-specific", nullptr));
    unsigned char* data = nullptr;
    std::size_t size = 0;
    require(encoder && OSSL_ENCODER_to_data(encoder.get(), &data, &size) == 1);
    std::string out(reinterpret_cast<const char*>(data), size);
    OPENSSL_clear_free(data, size);
    return out;
}

inline std::optional<big_int> rsa_number(const EVP_PKEY* key, const char* name)
{
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
        return std::nullopt;
    bignum_ptr const owner(number);
    bytes data(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, uchars(data.data()));
    return big_int(data);
}

inline pkey_ptr rsa_pkey(const BIGNUM* n, const BIGNUM* e)
{
    param_bld_ptr const builder(OSSL_PARAM_BLD_new());
    require(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e) == 1);
    params_ptr const params(OSSL_PARAM_BLD_to_param(builder.get()));
    pkey_ctx_ptr const context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    require(params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1);
    return pkey_ptr(key);
}

} // namespace mtproto::crypto::detail

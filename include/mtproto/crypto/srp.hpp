// The password of two-step verification, proven without being sent. https://core.telegram.org/api/srp
#pragma once

#include <mtproto/crypto/dh.hpp>

#include <openssl/evp.h>

namespace mtproto::crypto {

/// passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow. The views must outlive the call they
/// are given to.
struct srp_params
{
    bytes_view salt1{};
    bytes_view salt2{};
    std::uint32_t g = 0;
    bytes_view p{}; ///< big endian, 256 bytes
};

/// What inputCheckPasswordSRP carries.
struct srp_proof
{
    dh_value A{};
    sha256_digest M1{};
};

/// The server's part of one attempt: `b` stays there, `B` is account.password's srp_B.
struct srp_challenge
{
    secret<256> b{};
    dh_value B{};
};

/// A new password as account.passwordInputSettings carries it.
struct srp_verifier
{
    bytes salt1{};
    dh_value v{};
};

/// The secret number x of a password; takes about 0.1 s by design.
inline secret<32> srp_x(bytes_view password, bytes_view salt1, bytes_view salt2)
{
    auto inner = sha256(salt1, password, salt1);
    auto ph1 = sha256(salt2, inner, salt2);
    secret<64> slow;
    detail::require(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(ph1.data()), static_cast<int>(ph1.size()),
                                      detail::uchars(salt1.data()), static_cast<int>(salt1.size()), 100000,
                                      EVP_sha512(), 64, detail::uchars(slow.mutable_view().data())) == 1);
    auto ph2 = sha256(salt2, slow.view(), salt2);
    secret<32> const x(ph2);
    for (auto* digest : {&inner, &ph1, &ph2})
        wipe(*digest);
    return x;
}

namespace detail {

inline dh_value srp_pad(std::uint32_t g) { return big_int(g).to_array<256>(); }

inline sha256_digest srp_m1(const srp_params& a, const dh_value& A, const dh_value& B, const big_int& S)
{
    secret<256> shared;
    S.write(shared.mutable_view());
    auto K = sha256(shared.view());
    auto mask = sha256(a.p);
    auto const hg = sha256(srp_pad(a.g));
    for (std::size_t i = 0; i < mask.size(); ++i)
        mask[i] ^= hg[i];
    auto const m1 = sha256(mask, sha256(a.salt1), sha256(a.salt2), A, B, K);
    wipe(K);
    return m1;
}

inline result<dh_value> srp_padded(bytes_view value, const big_int& p, const char* what)
{
    if (value.size() > 256)
        return error(errc::bad_dh_value, what);
    auto const n = big_int(value);
    if (n.is_zero() || n >= p)
        return error(errc::bad_dh_value, what);
    return n.to_array<256>();
}

/// The proof for a given exponent, without the check of the group: for tests of published values.
inline result<srp_proof> srp_prove(bytes_view password, const srp_params& a, bytes_view srp_B,
                                   bytes_view exponent)
{
    auto const p = big_int(a.p);
    auto const B = srp_padded(srp_B, p, "srp_B is not between 0 and p");
    if (!B)
        return B.error();
    srp_proof out;
    out.A = dh_public_value(a.g, exponent, a.p);
    auto const u = big_int(sha256(out.A, *B));
    if (u.is_zero())
        return error(errc::bad_dh_value, "srp_B makes u zero");
    auto const k = big_int(sha256(a.p, srp_pad(a.g)));
    auto const x_bytes = srp_x(password, a.salt1, a.salt2);
    auto const x = big_int(x_bytes.view());
    auto const v = mod_exp(big_int(a.g), x, p);
    auto const t = (big_int(*B) + p - k * v % p) % p;
    if (t.is_zero())
        return error(errc::bad_dh_value, "srp_B equals k * v");
    out.M1 = srp_m1(a, out.A, *B, mod_exp(t, big_int(exponent) + u * x, p));
    return out;
}

} // namespace detail

/// The client's answer to account.password. Checks the group as for a key exchange, 0 < B < p, u != 0.
/// Fails with errc::bad_prime or errc::bad_dh_value: then the server is not to be trusted with any answer.
inline result<srp_proof> srp_check(bytes_view password, const srp_params& params, bytes_view srp_B,
                                   random_source& random, dh_prime_cache& cache)
{
    if (auto const ok = check_dh_group(params.g, params.p, cache); !ok)
        return ok.error();
    auto const mine = dh_generate(params.g, params.p, random);
    if (!mine)
        return mine.error();
    return detail::srp_prove(password, params, srp_B, mine->exponent.view());
}

/// The same with the algorithm's parameters one by one.
inline result<srp_proof> srp_check(bytes_view password, bytes_view salt1, bytes_view salt2, std::uint32_t g,
                                   bytes_view p, bytes_view srp_B, random_source& random,
                                   dh_prime_cache& cache)
{
    return srp_check(password, srp_params{salt1, salt2, g, p}, srp_B, random, cache);
}

/// g^x mod p: what a server keeps instead of a password.
inline dh_value srp_make_v(bytes_view password, const srp_params& params)
{
    auto const x = srp_x(password, params.salt1, params.salt2);
    return dh_public_value(params.g, x.view(), params.p);
}

/// A new password for the account: the server's salt1 gets 32 random bytes appended, as the server demands.
/// Fails with errc::bad_prime.
inline result<srp_verifier> srp_new_password(bytes_view password, const srp_params& params,
                                             random_source& random, dh_prime_cache& cache)
{
    if (auto const ok = check_dh_group(params.g, params.p, cache); !ok)
        return ok.error();
    auto const fresh = random_bytes<32>(random);
    srp_verifier out;
    out.salt1.assign(params.salt1.begin(), params.salt1.end());
    out.salt1.insert(out.salt1.end(), fresh.begin(), fresh.end());
    out.v = srp_make_v(password, {out.salt1, params.salt2, params.g, params.p});
    return out;
}

/// The server's side: a challenge for a verifier v. B = k * v + g^b. The group is the server's own.
inline srp_challenge srp_server_challenge(const srp_params& params, bytes_view v, random_source& random)
{
    auto const p = big_int(params.p);
    auto const k = big_int(sha256(params.p, detail::srp_pad(params.g)));
    srp_challenge out;
    random.fill(out.b.mutable_view());
    auto const power = mod_exp(big_int(params.g), big_int(out.b.view()), p);
    out.B = ((k * big_int(v) + power) % p).to_array<256>();
    return out;
}

/// The server's side: whether the proof shows knowledge of the password behind v. False for every malformed
/// A.
[[nodiscard]] inline bool srp_server_verify(const srp_params& params, bytes_view v,
                                            const srp_challenge& challenge, bytes_view A, bytes_view M1)
{
    auto const p = big_int(params.p);
    auto const padded = detail::srp_padded(A, p, "");
    if (!padded)
        return false;
    auto const u = big_int(sha256(*padded, challenge.B));
    auto const base = big_int(*padded) * mod_exp(big_int(v), u, p) % p;
    auto const S = mod_exp(base, big_int(challenge.b.view()), p);
    return equal_constant_time(detail::srp_m1(params, *padded, challenge.B, S), M1);
}

} // namespace mtproto::crypto

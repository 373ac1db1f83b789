// Two-step verification on the server's side. https://core.telegram.org/api/srp
#pragma once

#include "mtproto/crypto/dh.hpp"
#include "mtproto/crypto/srp.hpp"
#include "mtproto/sandbox/accounts.hpp"
#include "mtproto/sandbox/keys.hpp"

#include <string>
#include <string_view>

namespace mtproto::sandbox {

inline constexpr std::uint32_t srp_generator = 3;

inline crypto::srp_params srp_params_of(const password_record& known)
{
    return {known.salt1, known.salt2, srp_generator, crypto::well_known_prime()};
}

/// What the server keeps of a password; takes about 0.1 s by design.
inline password_record make_password(std::string_view password, std::string hint, crypto::random_source& random)
{
    auto const salt1 = crypto::random_bytes<40>(random);
    auto const salt2 = crypto::random_bytes<16>(random);
    password_record made;
    made.salt1.assign(salt1.begin(), salt1.end());
    made.salt2.assign(salt2.begin(), salt2.end());
    auto const v = crypto::srp_make_v(crypto::as_bytes(password), srp_params_of(made));
    made.verifier.assign(v.begin(), v.end());
    made.hint = std::move(hint);
    return made;
}

inline bool password_fits(const password_record& known, const password_attempt& attempt, crypto::bytes_view a, crypto::bytes_view m1)
{
    return crypto::srp_server_verify(srp_params_of(known), known.verifier, attempt.challenge, a, m1);
}

} // namespace mtproto::sandbox

// Telegram's own RSA public keys.
#pragma once

#include <mtproto/crypto/rsa.hpp>

#include <array>
#include <vector>

namespace mtproto::crypto {

/// Which of Telegram's two worlds a data centre belongs to.
enum class environment
{
    production,
    test,
};

/// A pinned key.
struct telegram_key
{
    environment where = environment::production;
    std::uint64_t fingerprint = 0;
    std::string_view pem{};
};

/// The keys that https://my.telegram.org/apps shows to every developer, under "Available MTProto servers".
/// Nothing older is listed: a server that offers only a retired key is not one to talk to.
inline constexpr std::array<telegram_key, 2> telegram_keys{{
    {environment::production, 0xd09d1d85de64fd85u,
     "-----BEGIN RSA PUBLIC KEY-----\n"
     "MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g\n"
     "5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO\n"
     "62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/\n"
     "+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9\n"
     "t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs\n"
     "5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB\n"
     "-----END RSA PUBLIC KEY-----\n"},
    {environment::test, 0xb25898df208d2603u,
     "-----BEGIN RSA PUBLIC KEY-----\n"
     "MIIBCgKCAQEAyMEdY1aR+sCR3ZSJrtztKTKqigvO/vBfqACJLZtS7QMgCGXJ6XIR\n"
     "yy7mx66W0/sOFa7/1mAZtEoIokDP3ShoqF4fVNb6XeqgQfaUHd8wJpDWHcR2OFwv\n"
     "plUUI1PLTktZ9uW2WE23b+ixNwJjJGwBDJPQEQFBE+vfmH0JP503wr5INS1poWg/\n"
     "j25sIWeYPHYeOrFp/eXaqhISP6G+q2IeTaWTXpwZj4LzXq5YOpk4bYEQ6mvRq7D1\n"
     "aHWfYmlEGepfaYR8Q0YqvvhYtMte3ITnuSJs171+GDqpdKcSwHnd6FudwGO4pcCO\n"
     "j4WcDuXc2CTHgH8gFTNhp/Y8/SpDOhvn9QIDAQAB\n"
     "-----END RSA PUBLIC KEY-----\n"},
}};

/// The keys of one environment, parsed.
inline std::vector<rsa_public_key> telegram_public_keys(environment where)
{
    std::vector<rsa_public_key> out;
    for (auto const& key : telegram_keys)
        if (key.where == where)
            out.push_back(rsa_public_key::from_pem(key.pem).value());
    return out;
}

} // namespace mtproto::crypto

// Diffie-Hellman, with every check a client owes its user.
// https://core.telegram.org/mtproto/security_guidelines#checking-dh-parameters
#pragma once

#include <mtproto/crypto/auth_key.hpp>
#include <mtproto/crypto/big_int.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/sha.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace mtproto::crypto {

/// A public value of the exchange, padded on the left to 256 bytes.
using dh_value = std::array<std::byte, 256>;

/// The 2048-bit safe prime that Telegram's servers have used since 2013, big endian. Published in
/// https://core.telegram.org/mtproto/samples-auth_key
inline const dh_value& well_known_prime()
{
    static dh_value const prime = [] {
        auto const data = from_hex("c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
                                   "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
                                   "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
                                   "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
                                   "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
                                   "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
                                   "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
                                   "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b");
        dh_value out{};
        std::copy_n(data->begin(), out.size(), out.begin());
        return out;
    }();
    return prime;
}

/// Safe primes that were verified once, so that the quarter of a second is not spent again. Holds the last
/// few by value (by SHA-256). Thread safe; share one among all connections of a process.
class dh_prime_cache
{
public:
    bool contains(bytes_view prime) const
    {
        auto const digest = sha256(prime);
        std::lock_guard const lock(mutex_);
        return std::find(verified_.begin(), verified_.end(), digest) != verified_.end();
    }
    /// Only for primes that were verified.
    void insert(bytes_view prime)
    {
        auto const digest = sha256(prime);
        std::lock_guard const lock(mutex_);
        if (verified_.size() == capacity)
            verified_.erase(verified_.begin());
        verified_.push_back(digest);
    }

private:
    static constexpr std::size_t capacity = 16; // a server that sends ever new primes fills no memory
    mutable std::mutex mutex_;
    std::vector<sha256_digest> verified_;
};

/// True if g generates the subgroup of prime order (p - 1) / 2 of a safe prime p: g is 2 to 7 and a quadratic
/// residue.
inline bool is_subgroup_generator(std::uint32_t g, const big_int& p)
{
    switch (g) {
    case 2:
        return p.mod_small(8) == 7;
    case 3:
        return p.mod_small(3) == 2;
    case 4:
        return true;
    case 5:
        return p.mod_small(5) == 1 || p.mod_small(5) == 4;
    case 6:
        return p.mod_small(24) == 19 || p.mod_small(24) == 23;
    case 7:
        return p.mod_small(7) == 3 || p.mod_small(7) == 5 || p.mod_small(7) == 6;
    default:
        return false;
    }
}

/// Checks the group that a server chose: 2^2047 < p < 2^2048, p and (p - 1) / 2 prime, g a generator as
/// above. Fails with errc::bad_prime. A prime seen for the first time costs about a quarter of a second,
/// once.
inline result<void> check_dh_group(std::uint32_t g, bytes_view prime, dh_prime_cache& cache)
{
    if (prime.size() != 256 || std::to_integer<unsigned>(prime[0]) < 0x80)
        return error(errc::bad_prime, "dh_prime is not a number of 2048 bits");
    auto const p = big_int(prime);
    if (!is_subgroup_generator(g, p))
        return error(errc::bad_prime, "g does not generate the subgroup of prime order");
    if (std::ranges::equal(prime, well_known_prime()) || cache.contains(prime))
        return {};
    if (!p.is_odd() || !is_prime(p.half()) || !is_prime(p))
        return error(errc::bad_prime, "dh_prime is not a safe prime");
    cache.insert(prime);
    return {};
}

/// Checks a public value, the other side's or one's own: 1 < value < p - 1, and 2^1984 <= value <= p -
/// 2^1984. Fails with errc::bad_dh_value.
/// https://core.telegram.org/mtproto/security_guidelines#g-a-and-g-b-validation
inline result<void> check_dh_value(bytes_view value, bytes_view prime)
{
    if (value.empty() || value.size() > 256 || prime.size() > 256)
        return error(errc::bad_dh_value, "a public value is empty or longer than 256 bytes");
    auto const v = big_int(value);
    auto const p = big_int(prime);
    auto const margin = big_int::power_of_two(2048 - 64);
    if (p <= margin || v < margin || v > p - margin || v >= p - 1)
        return error(errc::bad_dh_value, "a public value is too close to 0 or to dh_prime");
    return {};
}

/// g^exponent mod prime. The prime is odd and not longer than 256 bytes, its checks are the caller's.
inline dh_value dh_public_value(std::uint32_t g, bytes_view exponent, bytes_view prime)
{
    return mod_exp(big_int(g), big_int(exponent), big_int(prime)).to_array<256>();
}

/// peer^exponent mod prime, padded to 256 bytes, as the authorization key. The same preconditions.
inline auth_key dh_shared_key(bytes_view peer, bytes_view exponent, bytes_view prime)
{
    secret<256> shared;
    mod_exp(big_int(peer), big_int(exponent), big_int(prime)).write(shared.mutable_view());
    return auth_key(shared.view());
}

/// A secret exponent and its public value.
struct dh_pair
{
    secret<256> exponent{};
    dh_value value{};
};

/// A fresh exponent whose public value passes check_dh_value. The group must have passed check_dh_group.
inline result<dh_pair> dh_generate(std::uint32_t g, bytes_view prime, random_source& random)
{
    dh_pair out;
    for (int i = 0; i < 16; ++i) { // one in 2^64 fails: sixteen in a row mean a broken source or group
        random.fill(out.exponent.mutable_view());
        out.value = dh_public_value(g, out.exponent.view(), prime);
        if (check_dh_value(out.value, prime))
            return out;
    }
    return error(errc::bad_dh_value, "no safe public value in this group");
}

/// What a client makes of the server's g_a.
struct dh_share
{
    dh_value g_b{};
    auth_key key;
};

/// The client's half: checks g_a, chooses b, computes g_b and the key. The group must have passed
/// check_dh_group. Fails with errc::bad_dh_value. About 4 ms.
inline result<dh_share> dh_exchange(std::uint32_t g, bytes_view prime, bytes_view g_a, random_source& random)
{
    if (auto const ok = check_dh_value(g_a, prime); !ok)
        return ok.error();
    auto const mine = dh_generate(g, prime, random);
    if (!mine)
        return mine.error();
    return dh_share{mine->value, dh_shared_key(g_a, mine->exponent.view(), prime)};
}

} // namespace mtproto::crypto

// Factoring pq, the proof of work of the key exchange.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <numeric>
#include <utility>

namespace mtproto::crypto {

namespace detail {

__extension__ using uint128 = unsigned __int128;

/// Arithmetic modulo an odd n below 2^63 in Montgomery's form: a number a stands for a * 2^64 mod n.
/// P. Montgomery, "Modular multiplication without trial division", 1985.
class montgomery
{
public:
    explicit constexpr montgomery(std::uint64_t n) noexcept : n_(n), inverse_(n)
    {
        for (int i = 0; i < 5; ++i) // Newton: each step doubles the bits that are right, 3 to begin with
            inverse_ *= 2 - n * inverse_;
        one_ = (~std::uint64_t(0) % n + 1) % n;
        square_ = static_cast<std::uint64_t>(uint128(one_) * one_ % n);
    }
    constexpr std::uint64_t one() const noexcept { return one_; }
    constexpr std::uint64_t from(std::uint64_t a) const noexcept { return mul(a % n_, square_); }
    constexpr std::uint64_t subtract(std::uint64_t a, std::uint64_t b) const noexcept
    {
        // A mask, not a condition: which way it goes is random, and a mispredicted branch costs more than it
        // all.
        return a - b + (n_ & (std::uint64_t(0) - std::uint64_t(a < b)));
    }
    constexpr std::uint64_t mul(std::uint64_t a, std::uint64_t b) const noexcept { return mul_add(a, b, 0); }
    /// a * b + c, for c at most n / 2: the upper half of the product is below n / 2, so the sum needs no
    /// reduction, and it is not on the critical path.
    constexpr std::uint64_t mul_add(std::uint64_t a, std::uint64_t b, std::uint64_t c) const noexcept
    {
        auto const t = uint128(a) * b;
        auto const q = static_cast<std::uint64_t>(t) * inverse_;
        return subtract(static_cast<std::uint64_t>(t >> 64) + c,
                        static_cast<std::uint64_t>(uint128(q) * n_ >> 64));
    }
    constexpr std::uint64_t pow(std::uint64_t a, std::uint64_t exponent) const noexcept
    {
        auto out = one_;
        for (; exponent != 0; exponent >>= 1, a = mul(a, a))
            if (exponent & 1u)
                out = mul(out, a);
        return out;
    }

private:
    std::uint64_t n_;
    std::uint64_t inverse_; // of n modulo 2^64
    std::uint64_t one_ = 0;
    std::uint64_t square_ = 0;
};

/// Miller-Rabin with the first twelve primes as bases, which is a proof below 3.3 * 10^24.
/// J. Sorenson, J. Webster, "Strong pseudoprimes to twelve prime bases", 2015. Precondition: n < 2^63.
constexpr bool is_prime_u63(std::uint64_t n) noexcept
{
    constexpr std::uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2)
        return false;
    for (auto const p : bases)
        if (n % p == 0)
            return n == p;
    montgomery const m(n);
    auto d = n - 1;
    int twos = 0;
    for (; d % 2 == 0; d /= 2)
        ++twos;
    auto const minus_one = n - m.one();
    for (auto const base : bases) {
        auto x = m.pow(m.from(base), d);
        bool witness = x != m.one() && x != minus_one;
        for (int i = 1; witness && i < twos; ++i) {
            x = m.mul(x, x);
            witness = x != minus_one;
        }
        if (witness)
            return false;
    }
    return true;
}

/// Pollard's rho in R. Brent's variant ("An improved Monte Carlo factorization algorithm", 1980): a proper
/// divisor of an odd composite n, or 0 when this polynomial found none within its budget of steps.
constexpr std::uint64_t brent_rho(const montgomery& m, std::uint64_t n, std::uint64_t c) noexcept
{
    constexpr std::uint64_t batch = 128;       // differences multiplied together before one gcd
    constexpr std::uint64_t budget = 1u << 20; // 2^31.5 needs about 2^16 steps: sixteen times the usual
    auto const step = [&](std::uint64_t x) { return m.mul_add(x, x, c); };
    std::uint64_t y = m.from(2), x = y, saved = y, divisor = 1, product = m.one();
    for (std::uint64_t r = 1, steps = 0; divisor == 1 && steps < budget; r *= 2) {
        x = y;
        for (std::uint64_t i = 0; i < r; ++i)
            y = step(y);
        for (std::uint64_t k = 0; k < r && divisor == 1; k += batch) {
            saved = y;
            for (std::uint64_t i = 0; i < batch && i < r - k; ++i) {
                y = step(y);
                product = m.mul(product, m.subtract(x, y));
            }
            divisor = std::gcd(product, n);
        }
        steps += 2 * r;
    }
    if (divisor == n) { // several factors met in one batch: walk it again, one step at a time
        divisor = 1;
        for (std::uint64_t i = 0; i < batch && divisor == 1; ++i) {
            saved = step(saved);
            divisor = std::gcd(m.subtract(x, saved), n);
        }
    }
    return divisor == 1 || divisor == n ? 0 : divisor;
}

} // namespace detail

/// The two odd primes p < q with p * q = pq. https://core.telegram.org/mtproto/auth_key#proof-of-work
///
/// Fails with errc::bad_factorization when pq is 2^63 or more, a prime, a square, or has any other number of
/// prime factors; always ends, well within a second at worst.
inline result<std::pair<std::uint64_t, std::uint64_t>> factorize(std::uint64_t pq)
{
    auto const bad = [](const char* why) { return error(errc::bad_factorization, why); };
    if (pq >> 63 != 0)
        return bad("pq is 2^63 or more");
    if (pq < 15 || pq % 2 == 0)
        return bad("pq is even or too small");
    if (detail::is_prime_u63(pq))
        return bad("pq is a prime");
    std::uint64_t p = 0;
    for (std::uint64_t tiny = 3; tiny < 256 && p == 0; tiny += 2) // rho is unreliable for tiny factors
        if (pq % tiny == 0)
            p = tiny;
    detail::montgomery const m(pq);
    for (std::uint64_t c = 1; c <= 8 && p == 0; ++c)
        p = detail::brent_rho(m, pq, c);
    if (p == 0)
        return bad("pq could not be factored");
    auto q = pq / p;
    if (p > q)
        std::swap(p, q);
    if (p == q || !detail::is_prime_u63(p) || !detail::is_prime_u63(q))
        return bad("pq is not a product of two different primes");
    return std::pair(p, q);
}

/// The same for pq as it travels: big endian, at most 8 bytes.
inline result<std::pair<std::uint64_t, std::uint64_t>> factorize(bytes_view pq)
{
    if (pq.size() > 8)
        return error(errc::bad_factorization, "pq is longer than 8 bytes");
    std::uint64_t value = 0;
    for (auto const b : pq)
        value = value << 8 | std::to_integer<std::uint64_t>(b);
    return factorize(value);
}

} // namespace mtproto::crypto

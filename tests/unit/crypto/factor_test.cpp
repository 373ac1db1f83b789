#include "support.hpp"

#include <mtproto/crypto/factor.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

std::uint64_t next_prime(std::uint64_t n)
{
    for (n |= 1; !detail::is_prime_u63(n); n += 2)
        ;
    return n;
}

bool refused(std::uint64_t pq)
{
    return factorize(pq).has_error() && factorize(pq).error().is(errc::bad_factorization);
}

} // namespace

TEST_CASE("primality agrees with trial division", "[crypto][factor]")
{
    for (std::uint64_t n = 0; n < 20000; ++n) {
        bool prime = n > 1;
        for (std::uint64_t d = 2; prime && d * d <= n; ++d)
            prime = n % d != 0;
        if (detail::is_prime_u63(n) != prime)
            FAIL("wrong for " << n);
    }
    CHECK(detail::is_prime_u63((std::uint64_t(1) << 61) - 1));
    CHECK(detail::is_prime_u63(9223372036854775783u)); // the largest below 2^63
    CHECK_FALSE(
        detail::is_prime_u63(3825123056546413051u)); // a strong pseudoprime to the bases 2 to 23 (Jaeschke)
    CHECK_FALSE(detail::is_prime_u63(561));
}

TEST_CASE("pq of published exchanges", "[crypto][factor]")
{
    // core.telegram.org/mtproto/samples-auth_key; the others from tests of gotd/td, grammers and mtproto
    // clients
    auto const check = [](std::uint64_t pq, std::uint64_t p, std::uint64_t q) {
        auto const factors = factorize(pq);
        REQUIRE(factors.has_value());
        CHECK(factors->first == p);
        CHECK(factors->second == q);
    };
    check(0x17ED48941A08F981u, 0x494C553B, 0x53911073);
    check(0x1f6abcd0107741ebu, 0x5618b7c3, 0x5d6a52b9);
    check(0x30e205017a1363f9u, 0x6f687bbf, 0x70536e47);
    check(15, 3, 5);
    check(3 * 9973, 3, 9973);
}

TEST_CASE("random products of two primes", "[crypto][factor]")
{
    seeded_random random(1);
    for (int i = 0; i < 60; ++i) {
        int const bits = i % 30 + 2;
        auto const draw = [&] {
            return next_prime((random_u64(random) >> (64 - bits)) | std::uint64_t(1) << (bits - 1));
        };
        auto p = draw(), q = draw();
        if (p == q)
            continue;
        if (p > q)
            std::swap(p, q);
        auto const factors = factorize(p * q);
        REQUIRE(factors.has_value());
        CHECK(*factors == std::pair(p, q));
    }
}

TEST_CASE("anything else is refused, and soon", "[crypto][factor]")
{
    CHECK(refused(0));
    CHECK(refused(1));
    CHECK(refused(2 * 7919ull));
    CHECK(refused(9));
    CHECK(refused(9223372036854775783u));                                     // a prime
    CHECK(factorize(9223372036854775783u).error().text() == "pq is a prime"); // known before any search
    CHECK(refused(4294967291ull * 4294967279ull));                            // two primes, but 64 bits
    CHECK(refused(std::uint64_t(1) << 63));                                   // too large
    CHECK(refused(~std::uint64_t(0)));
    CHECK(refused(3037000493u * 3037000493u));            // a square of a prime
    CHECK(refused(3 * 5 * 7));                            // three factors
    CHECK(refused(2097143ull * 2097133ull * 2097131ull)); // three of 21 bits
    CHECK(refused(4611686014132420609u));                 // 2147483647 squared
    CHECK(factorize(hex("010000000000000000")).error().is(errc::bad_factorization));
    CHECK(factorize(bytes_view{}).error().is(errc::bad_factorization));
    CHECK(factorize(hex("0f"))->second == 5);
}

#include "support.hpp"

#include <mtproto/crypto/dh.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

dh_value padded(const big_int& n) { return n.to_array<256>(); }

big_int prime() { return big_int(well_known_prime()); }

} // namespace

TEST_CASE("numbers of any size", "[crypto][big_int]")
{
    CHECK(big_int(hex("0100")) == big_int(256));
    CHECK(big_int(0).is_zero());
    CHECK(big_int(0x123456789abcdef0u).to_bytes() == hex("123456789abcdef0"));
    CHECK(to_hex(big_int(258).to_array<4>()) == "00000102");
    CHECK(mod_exp(big_int(3), big_int(200), big_int(1000007)) ==
          mod_exp(big_int(9), big_int(100), big_int(1000007)));
    CHECK(big_int(7) * 6 + 1 - 3 == big_int(40));
    CHECK(big_int(100) % 7 == big_int(2));
    CHECK(big_int(100) < big_int::power_of_two(7));
    CHECK(is_prime(big_int(65537)));
    CHECK_FALSE(is_prime(big_int(65535)));
    auto a = big_int(5);
    auto b = std::move(a);
    a = b;
    CHECK(a == b);
}

TEST_CASE("the well-known prime is safe and recognised", "[crypto][dh]")
{
    CHECK(is_prime(prime()));
    CHECK(is_prime(prime().half()));
    dh_prime_cache cache;
    for (std::uint32_t g : {3u, 4u, 7u})
        CHECK(check_dh_group(g, well_known_prime(), cache).has_value());
    for (std::uint32_t g : {0u, 1u, 2u, 5u, 6u, 8u, 9u, 0xffffffffu}) // the residue rule holds for it too
        CHECK(check_dh_group(g, well_known_prime(), cache).error().is(errc::bad_prime));
    CHECK_FALSE(cache.contains(well_known_prime())); // needs no place in the cache
}

TEST_CASE("residue rules of g", "[crypto][dh]")
{
    // most from grammers-crypto, two_factor_auth.rs, test_check_p_and_g
    CHECK_FALSE(is_subgroup_generator(2, 11));
    CHECK(is_subgroup_generator(2, 23));
    CHECK_FALSE(is_subgroup_generator(3, 13));
    CHECK(is_subgroup_generator(3, 47));
    CHECK(is_subgroup_generator(4, 11));
    CHECK_FALSE(is_subgroup_generator(5, 13));
    CHECK(is_subgroup_generator(5, 11));
    CHECK(is_subgroup_generator(5, 179));
    CHECK_FALSE(is_subgroup_generator(6, 13));
    CHECK(is_subgroup_generator(6, 383));
    CHECK_FALSE(is_subgroup_generator(7, 11));
    for (std::uint64_t p : {479u, 383u, 503u})
        CHECK(is_subgroup_generator(7, p));
}

TEST_CASE("unsafe groups", "[crypto][dh]")
{
    dh_prime_cache cache;
    auto const bad = [&](bytes_view p) {
        auto const checked = check_dh_group(4, p, cache);
        return checked.has_error() && checked.error().is(errc::bad_prime) && !cache.contains(p);
    };
    CHECK(bad({}));
    CHECK(bad(bytes_view(well_known_prime()).first(255)));
    CHECK(bad(padded(prime().half())));              // a prime of 2047 bits
    CHECK(bad(padded(prime() + 2)));                 // composite
    CHECK(bad(padded(big_int::power_of_two(2047)))); // even
    bytes longer(1);
    longer.insert(longer.end(), well_known_prime().begin(), well_known_prime().end());
    CHECK(bad(longer));
    // a prime whose half is none: the first above 2^2047 + 2^2040 found by trying
    auto p = big_int::power_of_two(2047) + big_int::power_of_two(2040) + 1;
    while (!is_prime(p))
        p = p + 2;
    CHECK_FALSE(is_prime(p.half()));
    CHECK(bad(padded(p)));
}

TEST_CASE("a safe prime of another size and a composite with a prime half", "[crypto][dh]")
{
    dh_prime_cache cache;
    // openssl prime -generate -safe -bits 2047
    auto const shorter = hex("622179B2D6A3E75881620FCAA56182C18B1B512895DEEF63A646300BD5A39750"
                             "A9D7007CD9D1E93C92F5DDFAC0D9F117E402AC021C4E1D60A9D58AAD4A33B3A9"
                             "D0E71B1B8E57D450EA32142ADC1D25E140C13EFEA18DD3522507835C836EBA66"
                             "05EA80C46B66EDFF4CFE8F61F3064B821F05A6739D7636573FA99E291DADC1D9"
                             "23063713AC30EBD87333ADAE34305679DB7FE9A28A2DBA8804790048B50EE342"
                             "CD0BB8C9EDAA8DEFEC8EEF8B245F5A379F6B2231E62E3D79D2A99346DB5EB8B7"
                             "217D8D6A41DA590FA6696E86572784691D36070671164C3555742034B493ACD9"
                             "CCAA6A0A9946AA53334CF743E3C0FCD8FB75B78148F497D5CF3605B2DC69117F");
    REQUIRE(is_prime(big_int(shorter)));
    REQUIRE(is_prime(big_int(shorter).half()));
    CHECK(check_dh_group(4, shorter, cache).error().is(errc::bad_prime));

    auto half = big_int::power_of_two(2046) + big_int::power_of_two(2040) + 1;
    while (!is_prime(half))
        half = half + 2;
    auto const p = half + half + 1;
    REQUIRE_FALSE(is_prime(p));
    CHECK(check_dh_group(4, padded(p), cache).error().is(errc::bad_prime));
}

TEST_CASE("a verified prime is remembered by value", "[crypto][dh]")
{
    // RFC 3526, group 14: another safe prime of 2048 bits
    auto const group14 = hex("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
                             "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
                             "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
                             "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
                             "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
                             "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
                             "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
                             "3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF");
    dh_prime_cache cache;
    CHECK(check_dh_group(2, group14, cache).has_value());
    CHECK(cache.contains(group14));
    CHECK(check_dh_group(2, group14, cache).has_value());
    CHECK(check_dh_group(7, group14, cache).has_error() == !is_subgroup_generator(7, big_int(group14)));
    // the cache holds a few only
    for (std::uint8_t i = 0; i < 16; ++i)
        cache.insert(std::array{static_cast<std::byte>(i)});
    CHECK_FALSE(cache.contains(group14));
}

TEST_CASE("public values", "[crypto][dh]")
{
    auto const margin = big_int::power_of_two(1984);
    auto const good = [](const big_int& v) {
        return check_dh_value(padded(v), well_known_prime()).has_value();
    };
    CHECK(good(margin));
    CHECK(good(prime() - margin));
    CHECK(good(prime().half()));
    for (auto const& v : {big_int(0), big_int(1), big_int(2), prime(), prime() - 1, prime() - 2, prime() + 1,
                          margin - 1, prime() - margin + 1})
        CHECK_FALSE(good(v));
    CHECK(check_dh_value({}, well_known_prime()).error().is(errc::bad_dh_value));
    CHECK(check_dh_value(bytes(257, std::byte{1}), well_known_prime()).error().is(errc::bad_dh_value));
    CHECK(check_dh_value(padded(margin), hex("07")).error().is(errc::bad_dh_value));
}

TEST_CASE("both sides reach the same key", "[crypto][dh]")
{
    seeded_random random(1);
    auto const server = dh_generate(3, well_known_prime(), random);
    REQUIRE(server.has_value());
    auto const client = dh_exchange(3, well_known_prime(), server->value, random);
    REQUIRE(client.has_value());
    CHECK(check_dh_value(client->g_b, well_known_prime()).has_value());
    CHECK((dh_shared_key(client->g_b, server->exponent.view(), well_known_prime()) == client->key));
    CHECK(dh_exchange(3, well_known_prime(), hex("02"), random).error().is(errc::bad_dh_value));
    zero_random zeros; // g^0 = 1 for ever
    CHECK(dh_exchange(3, well_known_prime(), server->value, zeros).error().is(errc::bad_dh_value));
}

TEST_CASE("values and keys are padded to 256 bytes", "[crypto][dh]")
{
    auto const value = dh_public_value(3, hex("02"), well_known_prime());
    CHECK(value[255] == std::byte{9});
    CHECK(value[0] == std::byte{});
    auto const key = dh_shared_key(hex("03"), hex("03"), well_known_prime());
    CHECK(key.view()[255] == std::byte{27});
    CHECK(key.view()[0] == std::byte{});
}

#include "support.hpp"

#include <mtproto/crypto/srp.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

struct account
{
    bytes salt1 = hex("e6c8957ddf988d48");
    bytes salt2 = hex("9f6344822b096cff87efa426f57857b6");
    srp_params params() const { return {salt1, salt2, 3, well_known_prime()}; }
};

} // namespace

TEST_CASE("proofs of another implementation", "[crypto][srp]")
{
    // grammers-crypto, two_factor_auth.rs, check_calculations_1 and _2
    auto const small_p = big_int(47).to_array<256>();
    auto const small = detail::srp_prove(hex("07"), {hex_array<1>("01"), hex_array<1>("02"), 3, small_p},
                                         hex("05"), hex("06"));
    REQUIRE(small.has_value());
    CHECK(to_hex(small->M1) == "9d83c46700b874e807c455e711241ede9eea62583b3847d7b77b7a32132036ce");
    CHECK(small->A == big_int(24).to_array<256>());

    auto const salt1 =
        hex("5f483c38bd0986e7cdc95ae138ef4f49b951c1f81c713fecdef3af692cec4b4716ac9b770a195ebe");
    auto const salt2 = hex("b616fc6bbedf511119c5ed34629527f1");
    auto const proof = detail::srp_prove(
        as_bytes("234567"), {salt1, salt2, 3, well_known_prime()},
        hex("93f70ebd50f6426aca2568769599f91f24d01284cc51a449e62dcc1527dfe50126b2aa44238e4fb2331419ed4aebf1a0"
            "ae15e03abd18bfc52ca6baec564c13b5a1d2e357799897757bb736fdc2ceb1b56aacf19ab3548d6d922a522f0b51f401"
            "24c3bc9936aff3e1dcfbea39ac9ad2addc6af0ad30783278bbb84cab0ed8464b0ffeb2b0c93a39a5d97dba0105672ca5"
            "475373d8d23e54a6ac9bed9519e8bef4f00719f5ad56151be5537648df2f8e3e7265cb57fb94a054ce2a82b8cc664ad0"
            "60e0d6c6df1879345440eb977fa0f2d36f31a253d8917732f133d40033a34b6152969b600d59cdabfea2ab2393ad659e"
            "56d66e13605b1f61e48e3cd65c0f58ac"),
        hex("bf31574f34fce1e53891c59b7f62468a0ca682da8585df8de0a18873359755fbb1818878a9ee919bb1e94d20c5f0607e"
            "02a33176199bf3220256c9ea1a69f395a515d20539d88cda750a5252fb864f573f2b032f3b467d08b34fd9c89d1c5d06"
            "278e113e51d4e893c1c027455af4653f096607a4156d94fb8e1dc7cee5bfe32850982f941ae4414e83bf22df56270b43"
            "b7ccc44c26d40886464da8e344a8540795b8f69b8f508552a723cd6931e1d69204e8e9dc056f0a2a10a0d7951e355f3e"
            "def5a5e18a9091295a51eb9db10b8b0d30489c8d29bc0cd86e97781f5e30c5b6bfe7caf4aae81b282e653ac48aa1a8fd"
            "e789722bc04f4320cd9f86849fe05ca4"));
    REQUIRE(proof.has_value());
    CHECK(to_hex(proof->M1) == "4d7af412c5a2e7b15467376bd118b853604e687b31f51c4980c4d7c1876613e3");
    CHECK(to_hex(proof->A) ==
          "0fa12bc655b1187a28296a69ae565d682782e0ceb05a089c0c41c1dce983dc7f4a53434ea78e065d9e1cb60e427b4468"
          "a4780609feba2f55654ee2efe0aeb72edafde2652e26ed5b4d4baad9d2a381806af63416bf6263df45a43d85be5401bc"
          "223ebfac09421caddd7e260bd6b86542133c048d6cd54b38d8e2ccdf6b550e875b1353a4acfe3292ffb56a0f58b2a390"
          "27c9bfdd91fd4c531d23c77d6e8f7d583eaeea316dedded69935296ce7ea34e9be6ef2fbd829eac4c9bd646dc1563e47"
          "f77b91431ca002cf79fc149d968272835c15ca1c6b2c5e03712a2e1b5d52f5e4faa1c16cb177fafd96a6aa5b4b3f4c64"
          "9915644b63855cfb38561ff17fedfb8a");
}

TEST_CASE("a new password of another implementation", "[crypto][srp]")
{
    // gotd/td, crypto/srp/new_hash_test.go
    account const a;
    zero_random random;
    dh_prime_cache cache;
    auto const fresh = srp_new_password(as_bytes("newPassword"), a.params(), random, cache);
    REQUIRE(fresh.has_value());
    auto salt = a.salt1;
    salt.resize(40);
    CHECK(fresh->salt1 == salt);
    CHECK(to_hex(fresh->v) ==
          "186ac18dcc5790bf6bba21bd958d375ee5481af0029e9bd7a9c68ec926bd5196d81f8cd8b58ee06c8a10adeacc7f56e8"
          "19ff514825deb15b1fadec6aae17a244cb23488d17349cd4261a8ba4da7b9c2ce5c40014dd9e362750acf3ac89b8b8f5"
          "c618f0b6a572c38fff3a554d8818a0b8e7b6015e1836128a1e4e2d5cf9971d1dd048aa181d861152eae7155396268063"
          "2387b89ac1865fded7c8c3daa64ed38dc25036663fa0cf7748c52ea19c187e70a752a8053e409d4894218a429393d033"
          "82e41e50b7415b3b8ad092fd0790f88d894e84dca78f47f4218937d7aa99d88c87c09bcb8da890e535026623cea6fc8b"
          "3d25db70cb42aaa48323927d87a8fcf1");
}

TEST_CASE("client and server agree on the right password alone", "[crypto][srp]")
{
    seeded_random random(1);
    dh_prime_cache cache;
    account const a;
    auto const v = srp_make_v(as_bytes("right"), a.params());
    auto const challenge = srp_server_challenge(a.params(), v, random);

    auto const proof =
        srp_check(as_bytes("right"), a.salt1, a.salt2, 3, well_known_prime(), challenge.B, random, cache);
    REQUIRE(proof.has_value());
    CHECK(srp_server_verify(a.params(), v, challenge, proof->A, proof->M1));
    auto const wrong = srp_check(as_bytes("wrong"), a.params(), challenge.B, random, cache);
    REQUIRE(wrong.has_value());
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, wrong->A, wrong->M1));
    auto const later = srp_server_challenge(a.params(), v, random); // a proof is for one challenge
    CHECK_FALSE(srp_server_verify(a.params(), v, later, proof->A, proof->M1));

    auto M1 = proof->M1;
    M1[0] ^= std::byte{1};
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, proof->A, M1));
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, bytes_view{}, proof->M1));
    // A = 0 or p would make the shared secret 0 whatever the password
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, dh_value{}, proof->M1));
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, well_known_prime(), proof->M1));
    CHECK_FALSE(srp_server_verify(a.params(), v, challenge, bytes(257, std::byte{1}), proof->M1));
    // a shorter spelling of the same number counts
    CHECK(srp_server_verify(a.params(), v, challenge, big_int(proof->A).to_bytes(), proof->M1));
}

TEST_CASE("what a client refuses", "[crypto][srp]")
{
    seeded_random random(2);
    dh_prime_cache cache;
    account const a;
    auto const refused = [&](bytes_view B) {
        auto const proof = srp_check(as_bytes("p"), a.params(), B, random, cache);
        return proof.has_error() && proof.error().is(errc::bad_dh_value);
    };
    CHECK(refused({}));
    CHECK(refused(dh_value{}));
    CHECK(refused(well_known_prime()));
    CHECK(refused(bytes(256, std::byte{0xff})));
    CHECK(refused(bytes(257, std::byte{1})));

    auto params = a.params();
    params.g = 2;
    CHECK(srp_check(as_bytes("p"), params, hex("05"), random, cache).error().is(errc::bad_prime));
    CHECK(srp_new_password(as_bytes("p"), params, random, cache).error().is(errc::bad_prime));
    params.g = 3;
    params.p = bytes_view(well_known_prime()).first(255);
    CHECK(srp_check(as_bytes("p"), params, hex("05"), random, cache).error().is(errc::bad_prime));
}

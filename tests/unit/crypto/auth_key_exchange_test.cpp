// The exchanges published at https://core.telegram.org/mtproto/samples-auth_key: the one of 2013 whole, and the end of the
// one of 2025.
#include "sample_exchange.hpp"
#include "support.hpp"

#include <mtproto/crypto/aes_ige.hpp>
#include <mtproto/crypto/dh.hpp>
#include <mtproto/crypto/factor.hpp>
#include <mtproto/crypto/kdf.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

using namespace mtproto::sample_exchange;

bytes concat(std::initializer_list<bytes_view> parts)
{
    bytes out;
    for (auto const part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

} // namespace

TEST_CASE("sample exchange: factors of pq", "[crypto][sample]")
{
    auto const factors = factorize(hex(pq));
    REQUIRE(factors.has_value());
    CHECK(factors->first == 0x494C553B);
    CHECK(factors->second == 0x53911073);
}

TEST_CASE("sample exchange: the server's answer", "[crypto][sample]")
{
    auto const tmp = derive_tmp_aes_key_iv(hex_array<32>(new_nonce), hex_array<16>(server_nonce));
    CHECK(to_hex(tmp.key.view()) == "f011280887c7bb01df0fc4e17830e0b91fbb8be4b2267cb985ae25f33b527253");
    CHECK(to_hex(tmp.iv.view()) == "3212d579ee35452ed23e0d0c92841aa7d31b2e9bdef2151e80d15860311c85db");

    auto data = hex(encrypted_answer);
    ige_decrypt(data, tmp.key.view(), tmp.iv.view());
    auto const expected = hex(answer);
    auto const hash = sha1(expected);
    REQUIRE(data.size() >= 20 + expected.size());
    CHECK(std::equal(hash.begin(), hash.end(), data.begin()));
    CHECK(std::equal(expected.begin(), expected.end(), data.begin() + 20));
    CHECK(data.size() - 20 - expected.size() < 16);

    ige_encrypt(data, tmp.key.view(), tmp.iv.view());
    CHECK(data == hex(encrypted_answer));
}

TEST_CASE("sample exchange: the client's half and the key", "[crypto][sample]")
{
    auto const fields = hex(answer); // id, nonce, server_nonce, g, dh_prime, g_a, server_time
    auto const prime = bytes_view(fields).subspan(44, 256);
    auto const g_a = bytes_view(fields).subspan(304, 256);
    CHECK(std::ranges::equal(prime, well_known_prime()));
    CHECK(check_dh_value(g_a, prime).has_value());

    auto const mine = dh_public_value(2, hex(b), prime);
    CHECK(mine == hex_array<256>(g_b));
    auto const key = dh_shared_key(g_a, hex(b), prime);
    CHECK((key == auth_key(hex_array<256>(shared_key))));

    // client_DH_inner_data#6643b654 nonce server_nonce retry_id:long g_b:string
    auto const inner = concat(
        {hex("54B64366"), hex(nonce), hex(server_nonce), hex("0000000000000000"), hex("FE000100"), mine});
    auto data = concat({sha1(inner), inner, hex("7162F37997F865EF58A00C76")});
    auto const tmp = derive_tmp_aes_key_iv(hex_array<32>(new_nonce), hex_array<16>(server_nonce));
    ige_encrypt(data, tmp.key.view(), tmp.iv.view());
    CHECK(data == hex(encrypted_client_data));

    CHECK(to_hex(new_nonce_hash(hex_array<32>(new_nonce), 1, key)) == new_nonce_hash1);
}

TEST_CASE("sample exchange of 2025: new_nonce_hash1", "[crypto][sample]")
{
    // by way of MeRezaRezaei/teleproto, tests/Wire/AuthKeyFactoryOfflineTest.php
    auth_key const key(hex_array<256>(
        "8E1081A1B5CA1B399A9A9D7E08BB9A9182AB634F8C03F2A49F944E2F944A9C71EDBA61A32A70D3DADEB33752AE515B16"
        "B2D8E75039C40EBE18136775C3727372A8DF486606D671FD63842DF0A44ACC31E68B7B1EC6A731A1DC5C748F0CB46AC0"
        "0FDE363F0520B51D9B59EAE519EA511A8E8591FC7010DF0B07CDBAB04013DD85172CB54555DC5C982EA0A5DCF4411E79"
        "8D338B823161FD8C93100B7A426186B4C16F9113521081C8D2075872F4A0CF238034843DC01F2C26828721A2E2FFD93A"
        "9B0142B8DF6355C43D9AEF5B448F1CC0D84E0E72A7FF494D4CC3B1650050DDEC5DC321ADA68E420F45098280CEAB58A1"
        "CBFAA60FFF3218E56B4741143AC5A6F0"));
    auto const secret_nonce =
        hex_array<32>("BF8CB5BD9C5B4FE7CF24D64D281F89311576D53C0DA65A83267E57315414C9A6");
    CHECK(to_hex(new_nonce_hash(secret_nonce, 1, key)) == "aa404b58df404d8f363772b14ce5a56f");
}

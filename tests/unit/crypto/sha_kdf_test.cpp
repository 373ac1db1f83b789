#include "support.hpp"

#include <mtproto/crypto/kdf.hpp>

#include <thread>

using namespace mtproto::crypto;

TEST_CASE("SHA of FIPS 180's examples", "[crypto][sha]")
{
    CHECK(to_hex(sha1(as_bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha512(as_bytes("abc"))) ==
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(to_hex(sha1(bytes_view{})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_CASE("SHA of pieces is that of the whole", "[crypto][sha]")
{
    seeded_random random(1);
    auto const data = random_vector(random, 300);
    auto const view = bytes_view(data);
    for (std::size_t cut = 0; cut <= 300; cut += 7) {
        CHECK(sha1(view.first(cut), view.subspan(cut)) == sha1(data));
        CHECK(sha256(view.first(cut), view.subspan(cut)) == sha256(data));
        CHECK(sha512(view.first(cut), bytes_view{}, view.subspan(cut)) == sha512(data));
    }
    sha256_digest other{};
    std::thread([&] { other = sha256(data); }).join();
    CHECK(other == sha256(data));
}

TEST_CASE("keys of MTProto 2.0", "[crypto][kdf]")
{
    // dograma 2.13.12 on npm, __tests__/crypto/calcKey.spec.js: server to client
    auth_key const key(hex_array<256>(
        "bbf38532a79cd64363b490b3bc5e258adfc1d1a67ef3c6d322caac603f90a15215b609"
        "0ccb2226b477b24eb3412757d078d53c72b81864d1376ff20eb405a591781726495407628d8d611e37ecd6e23c605b57c5"
        "3b40270bac7e7de0312a5deb3a1a16e65808b944fcf700d3788da10074d5c088e9e6aca119320d7f07c16d7e3c9fd48e9d"
        "3f50ccc5276a30002d9919831bf783c368ce4b3e6f25f95875ec9315523cfcaa3ee50b1e40e5552cee2e16eec86b46308c"
        "97f808d58f249479bb0ee1b7b08cf7f0fc047fbe38df6083558494e732dbf26d16b1538c22d361bf31d3dc4f2b2cb115b3"
        "bfac1ec45c960e0854221cf484533025fa679a9b7a8ae11a00"));
    auto const derived = derive_aes_key_iv(key, hex_array<16>("00f285b0bf254b5242e075bf87806c51"),
                                           direction::server_to_client);
    CHECK(to_hex(derived.key.view()) == "93355e3f1f50529b6fb93eaf97f29b69c16345f53621e9d45cd9a11ddfbebac9");
    CHECK(to_hex(derived.iv.view()) == "11e94363ad7145222e2fbac4aaa27f01a6d832fb8115e89395bc43e23f868e47");
}

TEST_CASE("keys of MTProto 1.0", "[crypto][kdf]")
{
    // gotd/td, crypto/kdf_v1_test.go: client to server
    CHECK(to_hex(msg_key_v1(as_bytes("bind-message-test-payload"))) == "fc11a3669566de22b87f66550dc3de6d");
    auth_key const key(counting_key());
    auto const derived = derive_aes_key_iv_v1(key, hex_array<16>("000102030405060708090a0b0c0d0e0f"),
                                              direction::client_to_server);
    CHECK(to_hex(derived.key.view()) == "17d7295ca9213d1ab656acdb1ad48b2ea7f3a8f7095098d5508b900bbd5fccfc");
    CHECK(to_hex(derived.iv.view()) == "2d7d16a65a84108e9805656caa474501cc580aa2edc33abfd0bfad785464d1c6");
}

TEST_CASE("the first salt mixes both nonces", "[crypto][kdf]")
{
    std::array<std::byte, 32> a;
    std::array<std::byte, 16> b;
    a.fill(std::byte{0x11});
    b.fill(std::byte{0x22});
    CHECK(initial_salt(a, b) == 0x3333333333333333u);
}

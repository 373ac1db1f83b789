// AES_ige_encrypt is the reference of these tests. Deprecated since 3.0, so only they use it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "support.hpp"

#include <mtproto/crypto/aes_ctr.hpp>
#include <mtproto/crypto/aes_ige.hpp>

#include <openssl/aes.h>

using namespace mtproto::crypto;

namespace {

bytes openssl_ige(bytes_view data, bytes_view key, bytes_view iv, bool encrypt)
{
    AES_KEY schedule;
    if (encrypt)
        AES_set_encrypt_key(detail::uchars(key.data()), 256, &schedule);
    else
        AES_set_decrypt_key(detail::uchars(key.data()), 256, &schedule);
    bytes out(data.size()), vector(iv.begin(), iv.end());
    AES_ige_encrypt(detail::uchars(data.data()), detail::uchars(out.data()), data.size(), &schedule,
                    detail::uchars(vector.data()), encrypt ? AES_ENCRYPT : AES_DECRYPT);
    return out;
}

using block_function = void (*)(const std::byte*, std::byte*, std::size_t, const std::byte*,
                                const std::byte*);

void check_against_openssl(block_function encrypt, block_function decrypt)
{
    seeded_random random(1);
    for (std::size_t size = 0; size <= 1024 + 16 * 40; size += 16) {
        auto const plain = random_vector(random, size);
        auto const key = random_bytes<32>(random);
        auto const iv = random_bytes<32>(random);
        auto const cipher = openssl_ige(plain, key, iv, true);

        bytes out(size);
        encrypt(plain.data(), out.data(), size / 16, key.data(), iv.data());
        REQUIRE(out == cipher);
        decrypt(cipher.data(), out.data(), size / 16, key.data(), iv.data());
        REQUIRE(out == plain);
        encrypt(out.data(), out.data(), size / 16, key.data(), iv.data()); // in place
        REQUIRE(out == cipher);
        decrypt(out.data(), out.data(), size / 16, key.data(), iv.data());
        REQUIRE(out == plain);
    }
}

using many_function = void (*)(std::span<const ige_job>);

void check_many(many_function encrypt_many, many_function decrypt_many)
{
    seeded_random random(2);
    for (std::size_t count : {0u, 1u, 2u, 3u, 7u, 8u, 9u, 16u, 17u, 40u}) {
        std::vector<bytes> plain, cipher, out;
        std::vector<std::array<std::byte, 64>> keys;
        std::vector<ige_job> jobs;
        for (std::size_t i = 0; i < count; ++i) {
            plain.push_back(random_vector(random, 16 * (random_u64(random) % 70)));
            keys.push_back(random_bytes<64>(random));
            cipher.push_back(
                openssl_ige(plain[i], bytes_view(keys[i]).first(32), bytes_view(keys[i]).subspan(32), true));
            out.push_back(plain[i]);
        }
        for (std::size_t i = 0; i < count; ++i)
            jobs.push_back({out[i], out[i], keys[i].data(), keys[i].data() + 32});
        encrypt_many(jobs);
        REQUIRE(out == cipher);
        decrypt_many(jobs);
        REQUIRE(out == plain);
        for (std::size_t i = 0; i < count; ++i) {
            detail::ige_one<true>(jobs[i]);
            REQUIRE(out[i] == cipher[i]);
        }
    }
}

} // namespace

TEST_CASE("portable IGE agrees with OpenSSL on every length", "[crypto][aes_ige]")
{
    check_against_openssl(detail::ige_encrypt_portable, detail::ige_decrypt_portable);
}

#if defined(MTPROTO_HAS_AESNI)
TEST_CASE("AES-NI IGE agrees with OpenSSL on every length", "[crypto][aes_ige]")
{
    if (!detail::has_aesni())
        return;
    check_against_openssl([](auto... a) { detail::ige_aesni<true>(a...); },
                          [](auto... a) { detail::ige_aesni<false>(a...); });
}
#endif

TEST_CASE("many messages at once agree with one at a time", "[crypto][aes_ige]")
{
    check_many(ige_encrypt_many, ige_decrypt_many);
#if defined(MTPROTO_HAS_AESNI)
    if (detail::has_aesni())
        check_many(detail::ige_interleaved<true, false, 8>, detail::ige_interleaved<false, false, 8>);
    if (detail::has_vaes())
        check_many(detail::ige_interleaved<true, true, 16>, detail::ige_interleaved<false, true, 16>);
#endif
}

TEST_CASE("CTR of NIST SP 800-38A", "[crypto][aes_ctr]")
{
    // F.5.5 CTR-AES256.Encrypt
    auto const key = hex_array<32>("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    auto const iv = hex_array<16>("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    auto const plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                           "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
    auto const cipher = hex("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
                            "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) { // the position survives any cutting
        aes_ctr stream(key, iv);
        auto data = plain;
        stream.process(mutable_bytes(data).first(cut));
        stream.process(mutable_bytes(data).subspan(cut));
        REQUIRE(data == cipher);
    }
    aes_ctr first(key, iv);
    auto moved = std::move(first);
    bytes out(plain.size());
    moved.process(plain, out);
    CHECK(out == cipher);
}

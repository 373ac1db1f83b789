#include "support.hpp"

#include <mtproto/crypto/rsa.hpp>
#include <mtproto/crypto/telegram_keys.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

const rsa_private_key& test_key()
{
    static rsa_private_key const key = rsa_private_key::generate();
    return key;
}

/// As clients from before 2021 pad. Not in the library: nobody may offer it any more.
std::array<std::byte, 256> old_encrypt(const rsa_public_key& key, bytes_view data, random_source& random)
{
    bytes block(256);
    random.fill(mutable_bytes(block).subspan(1));
    auto const hash = sha1(data);
    std::copy(hash.begin(), hash.end(), block.begin() + 1);
    std::copy(data.begin(), data.end(), block.begin() + 21);
    return key.raw_encrypt(block).value();
}

} // namespace

TEST_CASE("Telegram's keys have the fingerprints that its servers send", "[crypto][rsa]")
{
    for (auto const& key : telegram_keys) {
        auto const parsed = rsa_public_key::from_pem(key.pem);
        REQUIRE(parsed.has_value());
        CHECK(parsed->fingerprint() == key.fingerprint);
        CHECK(parsed->exponent() == hex("010001"));
        CHECK(parsed->to_pem() == key.pem);
        auto const rebuilt = rsa_public_key::from_components(parsed->modulus(), parsed->exponent());
        REQUIRE(rebuilt.has_value());
        CHECK(rebuilt->fingerprint() == key.fingerprint);
    }
    CHECK(telegram_public_keys(environment::production).size() == 1);
    CHECK(telegram_public_keys(environment::test).front().fingerprint() == 0xb25898df208d2603u);
}

TEST_CASE("RSA_PAD of a published vector", "[crypto][rsa]")
{
    // gotd/td, crypto/rsa_pad_test.go: 144 times 'a', all randomness zero, the production key
    zero_random random;
    auto const key = telegram_public_keys(environment::production).front();
    auto const out = rsa_pad_encrypt(key, bytes(144, std::byte{'a'}), random);
    REQUIRE(out.has_value());
    CHECK(to_hex(*out) ==
          "bf68719e836806b040cd261ecaf66eb3c4ba19f3bbea3031b2e6cf29167bab647201d101b291dc"
          "5b716a42e789a38d947fe59e9bcce8f30ef46a946743ea8b6babbce7fc0afc46b802aa453e83471d82a4dfad83f971f35"
          "0b4b4fb474cd1c48fdf427e4b5fecce9ec3178ae7dac3985856fdefa21d6fdc5e0e0fd8a57bc4f51580d637d372be8d87"
          "c9aa3fde8e6f8287bcb3be846aadcdd59465375479e248f62ed438f9804fbe36d41ca906243a5f740f3937949aa149ba8"
          "a8b8e68b3f3e1e3cd3f946387520e21eee55845e1f015a919a22f6a72bfaecd2cae946c91983b41f9ffabe97963bbde8f"
          "30eaf5fd3c5b8cecab8711bd269e441b6084f385726ff0");
}

TEST_CASE("RSA_PAD there and back", "[crypto][rsa]")
{
    seeded_random random(1);
    for (std::size_t size : {0u, 1u, 100u, 143u, 144u}) {
        auto const data = random_vector(random, size);
        auto cipher = rsa_pad_encrypt(test_key().public_key(), data, random);
        REQUIRE(cipher.has_value());
        auto const plain = rsa_pad_decrypt(test_key(), *cipher);
        REQUIRE(plain.has_value());
        CHECK(std::equal(data.begin(), data.end(), plain->view().begin()));
        (*cipher)[200] ^= std::byte{1};
        CHECK(rsa_pad_decrypt(test_key(), *cipher).error().is(errc::bad_digest));
    }
    CHECK(rsa_pad_encrypt(test_key().public_key(), bytes(145), random).error().is(errc::too_large));
    CHECK(rsa_pad_decrypt(test_key(), bytes(255)).error().is(errc::bad_digest));
    CHECK(
        rsa_pad_decrypt(test_key(), bytes(256, std::byte{0xff})).error().is(errc::bad_digest)); // not below n
}

TEST_CASE("RSA_PAD tries again when the block is not below n", "[crypto][rsa]")
{
    // The smallest modulus of 2048 bits: about every second block is too large. That nothing fails and that
    // all 40 ciphertexts are below n shows the retry.
    auto const n = big_int::power_of_two(2047) + 1;
    auto const key = rsa_public_key::from_components(n.to_bytes(), hex("03"));
    REQUIRE(key.has_value());
    seeded_random random(2);
    for (int i = 0; i < 40; ++i) {
        auto const cipher = rsa_pad_encrypt(*key, bytes(96), random);
        REQUIRE(cipher.has_value());
        CHECK(big_int(*cipher) < n);
    }
    CHECK_FALSE(key->raw_encrypt(n.to_bytes()));
    zero_random stuck; // always the same block: gives up instead of looping
    auto const result = rsa_pad_encrypt(*key, bytes(96), stuck);
    CHECK((result.has_value() || result.error().is(errc::random_failed)));
}

TEST_CASE("the padding of old clients is understood by a server", "[crypto][rsa]")
{
    seeded_random random(3);
    for (std::size_t size : {96u, 100u, 104u, 232u, 4u}) {
        auto const data = random_vector(random, size);
        auto cipher = old_encrypt(test_key().public_key(), data, random);
        auto const plain = rsa_sha1_decrypt(test_key(), cipher);
        REQUIRE(plain.has_value());
        CHECK(*plain == data);
        cipher[9] ^= std::byte{1};
        CHECK(rsa_sha1_decrypt(test_key(), cipher).error().is(errc::bad_digest));
    }
}

TEST_CASE("keys go through PEM", "[crypto][rsa]")
{
    auto const pem = test_key().to_pem();
    CHECK(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    auto const again = rsa_private_key::from_pem(pem);
    REQUIRE(again.has_value());
    CHECK(again->fingerprint() == test_key().fingerprint());
    CHECK(again->public_pem().starts_with("-----BEGIN RSA PUBLIC KEY-----\n"));
    CHECK(rsa_public_key::from_pem(again->public_pem())->fingerprint() == test_key().fingerprint());
    CHECK(test_key().fingerprint() >> 60 != 0);
    seeded_random random(4);
    auto const cipher = rsa_pad_encrypt(test_key().public_key(), as_bytes("data"), random);
    CHECK(rsa_pad_decrypt(*again, *cipher).has_value());
}

TEST_CASE("SubjectPublicKeyInfo is read as well", "[crypto][rsa]")
{
    auto const key = rsa_public_key::from_pem(telegram_keys[0].pem).value();
    auto const modulus = key.modulus();
    auto const exponent = key.exponent();
    auto const pkey = detail::rsa_pkey(big_int(modulus).get(), big_int(exponent).get());
    detail::bio_ptr const bio(BIO_new(BIO_s_mem()));
    REQUIRE(PEM_write_bio_PUBKEY(bio.get(), pkey.get()) == 1);
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    std::string const pem(data, static_cast<std::size_t>(size));
    CHECK(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    CHECK(rsa_public_key::from_pem(pem)->fingerprint() == key.fingerprint());
}

TEST_CASE("keys that are none", "[crypto][rsa]")
{
    CHECK(rsa_public_key::from_pem("").error().is(errc::bad_key));
    CHECK(rsa_public_key::from_pem("nonsense").error().is(errc::bad_key));
    CHECK(rsa_public_key::from_pem(telegram_keys[0].pem.substr(0, 200)).error().is(errc::bad_key));
    CHECK(rsa_private_key::from_pem(telegram_keys[0].pem).error().is(errc::bad_key));
    // 1024 bits, 2047 bits, 2056 bits, an even modulus, exponents that are none
    auto const n = rsa_public_key::from_pem(telegram_keys[0].pem)->modulus();
    auto const with = [&](bytes_view modulus, bytes_view e) {
        return rsa_public_key::from_components(modulus, e).has_error();
    };
    CHECK_FALSE(with(n, hex("010001")));
    CHECK(with(bytes_view(n).subspan(128), hex("010001")));
    CHECK(with(big_int(n).half().to_bytes(), hex("010001")));
    CHECK(with((big_int(n) * 255).to_bytes(), hex("010001")));
    CHECK(with((big_int(n) - 1).to_bytes(), hex("010001")));
    for (auto const* e : {"", "00", "01", "02", "010000", "01000000000000000001"})
        CHECK(with(n, hex(e)));
    detail::pkey_ptr const short_key(EVP_RSA_gen(1024));
    CHECK(rsa_public_key::from_pem(detail::encode_pem(short_key.get(), EVP_PKEY_PUBLIC_KEY))
              .error()
              .is(errc::bad_key));
    CHECK(rsa_private_key::from_pem(detail::encode_pem(short_key.get(), EVP_PKEY_KEYPAIR))
              .error()
              .is(errc::bad_key));
}

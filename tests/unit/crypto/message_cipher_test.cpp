#include "support.hpp"

#include <mtproto/crypto/message_cipher.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

namespace {

auth_key random_key(random_source& random) { return auth_key(random_bytes<256>(random)); }

bytes plaintext(std::uint32_t length, std::size_t body)
{
    bytes out;
    for (std::uint64_t field : {1ull, 2ull, 3ull, 4ull | std::uint64_t(length) << 32}) {
        auto const le = store_le64(field);
        out.insert(out.end(), le.begin(), le.end());
    }
    out.resize(out.size() + body, std::byte{0x5a});
    return out;
}

/// A packet with a correct msg_key over exactly these bytes: what a hostile holder of the key could send.
bytes seal_exactly(const auth_key& key, direction d, bytes_view padded)
{
    auto const id = store_le64(key.id());
    auto const mk = msg_key(key, padded, d);
    bytes packet(id.begin(), id.end());
    packet.insert(packet.end(), mk.begin(), mk.end());
    packet.insert(packet.end(), padded.begin(), padded.end());
    auto const keys = derive_aes_key_iv(key, mk, d);
    ige_encrypt(mutable_bytes(packet).subspan(24), keys.key.view(), keys.iv.view());
    return packet;
}

} // namespace

TEST_CASE("an encrypted packet of another implementation", "[crypto][message_cipher]")
{
    // grammers, by way of gotd/td, crypto/cipher_encrypt_test.go: key 0..255, zeros for padding. It pads by
    // 16 more than necessary, so the text is given with those.
    auth_key const key(counting_key());
    zero_random random;
    auto const text = as_bytes("Hello, world! This data should remain secure!");
    bytes padded(text.begin(), text.end());
    padded.resize(64);
    CHECK(to_hex(seal_exactly(key, direction::client_to_server, padded)) ==
          "32d1586ea457dfc8a81729d46db54019a2bfd7f744f9b96c4f716cfdc4477db2a2c15f6ddb85235fb9552f1d8407c6aa"
          "ea00cc844c5a1bf6ac44b79b5edc2a23868b3d6073a590992c0f2975243d563ea180d218ee757c9a");
    CHECK(encrypt_message(key, direction::client_to_server, text, random) ==
          seal_exactly(key, direction::client_to_server, padded));
}

TEST_CASE("packets there and back", "[crypto][message_cipher]")
{
    seeded_random random(1);
    auto const key = random_key(random);
    bytes packet;
    for (auto const d : {direction::client_to_server, direction::server_to_client})
        for (std::uint32_t size = 0; size < 400; size += 4)
            for (auto const policy : {padding_policy::minimal, padding_policy::random}) {
                encrypt_message(key, d, plaintext(size, size), random, packet, policy);
                REQUIRE((packet.size() - 24) % 16 == 0);
                auto const padding = packet.size() - 24 - 32 - size;
                REQUIRE(padding >= 12);
                REQUIRE(padding <= (policy == padding_policy::minimal ? 27u : 267u));
                REQUIRE(packet_key_id(packet).value() == key.id());
                auto const message = decrypt_message(key, d, packet);
                REQUIRE(message.has_value());
                REQUIRE(message->salt == 1);
                REQUIRE(message->session_id == 2);
                REQUIRE(message->msg_id == 3);
                REQUIRE(message->seqno == 4);
                REQUIRE(message->body.size() == size);
                REQUIRE(std::ranges::all_of(message->body, [](auto b) { return b == std::byte{0x5a}; }));
            }
}

TEST_CASE("no flipped bit goes unnoticed", "[crypto][message_cipher]")
{
    seeded_random random(2);
    auto const key = random_key(random);
    auto const packet = encrypt_message(key, direction::server_to_client, plaintext(8, 8), random);
    for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
        auto copy = packet;
        copy[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        REQUIRE(decrypt_message(key, direction::server_to_client, copy).error() == error(errc::bad_message));
    }
    auto reflected = packet; // our own packet sent back to us
    CHECK(decrypt_message(key, direction::client_to_server, reflected).error().is(errc::bad_message));
    auto other = packet;
    CHECK(decrypt_message(random_key(random), direction::server_to_client, other)
              .error()
              .is(errc::bad_message));
}

TEST_CASE("a refused packet leaves no plaintext behind", "[crypto][message_cipher]")
{
    seeded_random random(3);
    auto const key = random_key(random);
    auto packet = encrypt_message(key, direction::server_to_client, plaintext(64, 64), random);
    packet.back() ^= std::byte{1};
    CHECK(decrypt_packet(key, direction::server_to_client, packet).has_error());
    CHECK(std::all_of(packet.begin() + 24, packet.end(), [](auto b) { return b == std::byte{}; }));
}

TEST_CASE("packets of every wrong size", "[crypto][message_cipher]")
{
    seeded_random random(4);
    auto const key = random_key(random);
    auto const packet = encrypt_message(key, direction::server_to_client, plaintext(64, 64), random);
    for (std::size_t size = 0; size < packet.size(); ++size) {
        auto cut = packet;
        cut.resize(size);
        REQUIRE(decrypt_message(key, direction::server_to_client, cut).error() == error(errc::bad_message));
    }
    for (std::size_t extra = 1; extra < 16; ++extra) {
        auto longer = packet;
        longer.resize(packet.size() + extra);
        auto const trimmed = without_transport_padding(longer);
        REQUIRE(trimmed.size() == packet.size());
        REQUIRE(decrypt_message(key, direction::server_to_client, trimmed).has_value());
    }
    CHECK(packet_key_id(bytes_view(packet).first(7)).error().is(errc::bad_message));
}

TEST_CASE("length and padding are checked although msg_key is right", "[crypto][message_cipher]")
{
    seeded_random random(5);
    auto const key = random_key(random);
    auto const accepted = [&](std::uint32_t length, std::size_t room) {
        auto packet = seal_exactly(key, direction::server_to_client, plaintext(length, room));
        REQUIRE(decrypt_packet(key, direction::server_to_client, packet).has_value());
        packet = seal_exactly(key, direction::server_to_client, plaintext(length, room));
        auto const message = decrypt_message(key, direction::server_to_client, packet);
        if (!message)
            CHECK(message.error() == error(errc::bad_message));
        return message.has_value();
    };
    CHECK(accepted(4, 16));       // 12 bytes of padding
    CHECK_FALSE(accepted(8, 16)); // 8
    CHECK_FALSE(accepted(16, 16));
    CHECK_FALSE(accepted(20, 16)); // longer than the text
    CHECK_FALSE(accepted(0xfffffffcu, 16));
    CHECK_FALSE(accepted(0x80000000u, 16));
    CHECK_FALSE(accepted(2, 16)); // no multiple of four
    CHECK(accepted(16, 1040));    // 1024
    CHECK_FALSE(accepted(12, 1040));
    CHECK(accepted(0, 16));
}

TEST_CASE("the message that binds a key, version 1", "[crypto][message_cipher]")
{
    seeded_random random(6);
    auto const key = random_key(random);
    auto const text = plaintext(40, 40); // bind_auth_key_inner has 40 bytes
    auto const packet = encrypt_message_v1(key, direction::client_to_server, text, random);
    CHECK(packet.size() == 24 + 80);
    auto copy = packet;
    auto const message = decrypt_message_v1(key, direction::client_to_server, copy);
    REQUIRE(message.has_value());
    CHECK(message->msg_id == 3);
    CHECK(message->body.size() == 40);
    for (std::size_t bit = 0; bit < 24 * 8; ++bit) {
        auto wrong = packet;
        wrong[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        REQUIRE(decrypt_message_v1(key, direction::client_to_server, wrong).error() ==
                error(errc::bad_message));
    }
    for (std::size_t size = 0; size < packet.size(); ++size) {
        auto cut = packet;
        cut.resize(size);
        REQUIRE(decrypt_message_v1(key, direction::client_to_server, cut).error().is(errc::bad_message));
    }
    for (std::uint32_t length : {0xfffffffcu, 60u, 20u, 39u}) { // lengths that do not fit the packet
        auto wrong = encrypt_message_v1(key, direction::client_to_server, plaintext(length, 40), random);
        REQUIRE(decrypt_message_v1(key, direction::client_to_server, wrong).error().is(errc::bad_message));
    }
}

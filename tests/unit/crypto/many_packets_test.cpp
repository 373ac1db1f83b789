// The fast paths of packets (fused, interleaved) against the definition, computed by OpenSSL's SHA-256 and
// the portable cipher.
#include "support.hpp"

#include <mtproto/crypto/message_cipher.hpp>

using namespace mtproto::crypto;

namespace {

constexpr auto both = {direction::client_to_server, direction::server_to_client};

bytes joined(bytes_view a, bytes_view b, bytes_view c = {})
{
    bytes out(a.begin(), a.end());
    out.insert(out.end(), b.begin(), b.end());
    out.insert(out.end(), c.begin(), c.end());
    return out;
}

/// https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector, word by word.
bytes by_the_book(const auth_key& key, direction d, bytes_view padded)
{
    std::size_t const x = d == direction::client_to_server ? 0 : 8;
    bytes_view const k = key.view();
    auto const large = sha256(k.subspan(88 + x, 32), padded);
    auto const mk = bytes_view(large).subspan(8, 16);
    auto const a = sha256(mk, k.subspan(x, 36));
    auto const b = sha256(k.subspan(40 + x, 36), mk);
    auto const va = bytes_view(a), vb = bytes_view(b);
    auto const aes_key = joined(va.first(8), vb.subspan(8, 16), va.subspan(24));
    auto const aes_iv = joined(vb.first(8), va.subspan(8, 16), vb.subspan(24));
    bytes cipher(padded.size());
    detail::ige_encrypt_portable(padded.data(), cipher.data(), padded.size() / 16, aes_key.data(),
                                 aes_iv.data());
    return joined(store_le64(key.id()), mk, cipher);
}

bytes unencrypted(bytes_view padded) { return joined(bytes(packet_header_size), padded); }

} // namespace

TEST_CASE("packets of every length are what the documentation says", "[crypto][message_cipher]")
{
    seeded_random random(11);
    auth_key const key(random_bytes<256>(random));
    for (auto const d : both)
        for (std::size_t size = 48; size <= 16 * 70; size += 16) {
            CAPTURE(size);
            auto const padded = random_vector(random, size);
            auto const expected = by_the_book(key, d, padded);
            auto packet = unencrypted(padded);
            encrypt_in_place(key, d, packet);
            REQUIRE(packet == expected);

            bytes apart(size);
            REQUIRE(decrypt_packet(key, d, packet, apart));
            REQUIRE(apart == padded);
            auto const in_place = decrypt_packet(key, d, packet);
            REQUIRE(in_place.has_value());
            REQUIRE(bytes(in_place->begin(), in_place->end()) == padded);
        }
}

TEST_CASE("several packets at once are the same as one after the other", "[crypto][message_cipher]")
{
    seeded_random random(12);
    auth_key const key(random_bytes<256>(random));
    for (auto const d : both)
        for (std::size_t const count : {0u, 1u, 2u, 3u, 4u, 5u, 8u, 9u, 16u, 17u, 40u}) {
            CAPTURE(count);
            std::vector<bytes> padded, expected, packets;
            for (std::size_t i = 0; i < count; ++i) {
                padded.push_back(random_vector(random, 48 + 16 * (random_u64(random) % 90)));
                expected.push_back(by_the_book(key, d, padded[i]));
                packets.push_back(unencrypted(padded[i]));
            }
            std::vector<mutable_bytes> const views(packets.begin(), packets.end());
            encrypt_in_place(key, d, views);
            REQUIRE(packets == expected);

            std::vector<bytes> plain;
            for (auto const& packet : packets)
                plain.emplace_back(packet.size() - packet_header_size);
            std::vector<decrypt_job> work(count);
            for (std::size_t i = 0; i < count; ++i)
                work[i] = {packets[i], plain[i]};
            decrypt_packets(key, d, work);
            REQUIRE(std::all_of(work.begin(), work.end(), [](auto& job) { return job.good; }));
            REQUIRE(plain == padded);
        }
}

TEST_CASE("a forged packet among several is found, wiped, and harms no other", "[crypto][message_cipher]")
{
    seeded_random random(13);
    auth_key const key(random_bytes<256>(random)), other(random_bytes<256>(random));
    auto const d = direction::server_to_client;
    for (std::size_t const count : {1u, 2u, 3u, 7u, 16u, 19u})
        for (std::size_t forged = 0; forged < count; ++forged)
            for (int const way : {0, 1, 2, 3}) {
                std::vector<bytes> padded, packets, plain;
                std::vector<decrypt_job> work(count);
                for (std::size_t i = 0; i < count; ++i) {
                    padded.push_back(random_vector(random, 48 + 16 * (random_u64(random) % 20)));
                    packets.push_back(by_the_book(i == forged && way == 3 ? other : key, d, padded[i]));
                    plain.emplace_back(padded[i].size(), std::byte{1});
                }
                auto& bad = packets[forged];
                if (way == 0)
                    bad[packet_header_size + random_u64(random) % (bad.size() - packet_header_size)] ^=
                        std::byte{4};
                if (way == 1)
                    bad[8 + random_u64(random) % 16] ^= std::byte{1};
                if (way == 2)
                    bad.resize(packet_header_size + 32);
                for (std::size_t i = 0; i < count; ++i)
                    work[i] = {packets[i], plain[i], true};
                decrypt_packets(key, d, work);
                for (std::size_t i = 0; i < count; ++i) {
                    REQUIRE(work[i].good == (i != forged));
                    if (i != forged)
                        REQUIRE(plain[i] == padded[i]);
                    else if (way < 2)
                        REQUIRE(plain[i] == bytes(plain[i].size()));
                    else
                        REQUIRE(plain[i] == bytes(plain[i].size(), std::byte{1})); // nobody touched it
                }
            }
}

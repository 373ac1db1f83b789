// Hashes, key derivation and whole packets, against the same made of OpenSSL's own parts.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "../support/versus.hpp"
#include "data.hpp"

#include <mtproto/crypto/message_cipher.hpp>

#include <openssl/aes.h>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace mtproto::crypto;
using benchmarks::random_data;
using benchmarks::versus;

constexpr auto d = direction::client_to_server;
constexpr std::size_t sizes[] = {128, 1024, 65536, 524288};

const auth_key& key()
{
    static auth_key const made(bytes_view(random_data(256)).first<256>());
    return made;
}

// ---- the rival: EVP's one-shot digests and AES_ige_encrypt

struct digest_of
{
    std::array<unsigned char, 32> out{};
    explicit digest_of(std::initializer_list<bytes_view> parts)
    {
        static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        thread_local EVP_MD_CTX* const context = EVP_MD_CTX_new();
        EVP_DigestInit_ex2(context, algorithm, nullptr);
        for (auto const part : parts)
            EVP_DigestUpdate(context, part.data(), part.size());
        EVP_DigestFinal_ex(context, out.data(), nullptr);
    }
};

std::array<unsigned char, 64> openssl_keys(bytes_view mk)
{
    bytes_view const k = key().view();
    digest_of const a{mk, k.first(36)}, b{k.subspan(40, 36), mk};
    std::array<unsigned char, 64> out;
    auto at = out.begin();
    auto const add = [&](const digest_of& from, std::size_t begin, std::size_t size) {
        at = std::copy_n(from.out.begin() + static_cast<std::ptrdiff_t>(begin), size, at);
    };
    add(a, 0, 8), add(b, 8, 16), add(a, 24, 8);
    add(b, 0, 8), add(a, 8, 16), add(b, 24, 8);
    return out;
}

template <bool Encrypt>
void openssl_packet(mutable_bytes packet)
{
    auto const body = packet.subspan(24);
    auto const hash = [&] { return digest_of{key().view().subspan(88, 32), body}; };
    std::array<std::byte, 16> mk;
    if (Encrypt)
        std::memcpy(mk.data(), hash().out.data() + 8, 16);
    else
        std::copy_n(packet.begin() + 8, 16, mk.begin());
    auto keys = openssl_keys(mk);
    AES_KEY schedule;
    if (Encrypt)
        AES_set_encrypt_key(keys.data(), 256, &schedule);
    else
        AES_set_decrypt_key(keys.data(), 256, &schedule);
    auto* const data = detail::uchars(body.data());
    AES_ige_encrypt(data, data, body.size(), &schedule, keys.data() + 32,
                    Encrypt ? AES_ENCRYPT : AES_DECRYPT);
    if (!Encrypt)
        benchmark::DoNotOptimize(std::memcmp(hash().out.data() + 8, mk.data(), 16));
    OPENSSL_cleanse(keys.data(), keys.size());
}

// ---- ours

/// Packets of `size` bytes of body; decrypting leaves the ciphertext alone, so that it can be repeated.
struct packets
{
    packets(std::size_t count, std::size_t body)
    {
        for (std::size_t i = 0; i < count; ++i) {
            auto data = random_data(24 + (32 + body + 12 + 15) / 16 * 16);
            plain.emplace_back(data.size() - 24);
            encrypt_in_place(key(), d, data);
            sealed.push_back(data);
            work.push_back(data);
        }
        for (std::size_t i = 0; i < count; ++i)
            views.emplace_back(work[i]), jobs.push_back({sealed[i], plain[i]});
    }
    std::vector<bytes> sealed, work, plain;
    std::vector<mutable_bytes> views;
    std::vector<decrypt_job> jobs;
};

void write(benchmark::State& state, std::size_t count, std::size_t size)
{
    packets all(count, size);
    versus(
        state, count * size, [&] { encrypt_in_place(key(), d, all.views); },
        [&] {
            for (auto& one : all.work)
                openssl_packet<true>(one);
        });
}
void read(benchmark::State& state, std::size_t count, std::size_t size)
{
    packets all(count, size);
    versus(
        state, count * size, [&] { decrypt_packets(key(), d, all.jobs); },
        [&] {
            for (auto& one : all.work)
                openssl_packet<false>(one);
        });
    for (auto const& job : all.jobs)
        if (!job.good)
            state.SkipWithError("a packet did not decrypt");
}
/// Read without the fusion of cipher and hash.
void read_in_two_passes(benchmark::State& state, std::size_t size)
{
    packets all(1, size);
    auto const& sealed = all.sealed[0];
    versus(
        state, size, [&] { benchmark::DoNotOptimize(decrypt_packet(key(), d, sealed, all.plain[0])); },
        [&] {
            auto const mk = detail::packet_msg_key(sealed);
            auto const keys = derive_aes_key_iv(key(), mk, d);
            ige_decrypt(bytes_view(sealed).subspan(24), all.plain[0], keys.key.view(), keys.iv.view());
            benchmark::DoNotOptimize(equal_constant_time(msg_key(key(), all.plain[0], d), mk));
        },
        "two_passes");
}

void kdf(benchmark::State& state)
{
    msg_key_t mk{};
    versus(
        state, 64, [&] { benchmark::DoNotOptimize(derive_aes_key_iv(key(), mk, d)); },
        [&] { benchmark::DoNotOptimize(openssl_keys(mk)); });
}
void hash(benchmark::State& state, std::size_t size)
{
    auto const data = random_data(size);
    versus(
        state, size, [&] { benchmark::DoNotOptimize(msg_key(key(), data, d)); },
        [&] { benchmark::DoNotOptimize(digest_of{key().view().subspan(88, 32), data}); });
}

[[maybe_unused]] bool const added = [] {
    auto const add = [](const std::string& name, auto run) {
        benchmark::RegisterBenchmark(name.c_str(), run);
    };
    add("kdf", kdf);
    for (auto const size : sizes) {
        auto const n = std::to_string(size);
        add("msg_key/" + n, [=](benchmark::State& s) { hash(s, size); });
        add("packet/write/" + n, [=](benchmark::State& s) { write(s, 1, size); });
        add("packet/read/" + n, [=](benchmark::State& s) { read(s, 1, size); });
        add("packet/read_fused/" + n, [=](benchmark::State& s) { read_in_two_passes(s, size); });
        for (std::size_t const count : {2u, 4u, 8u, 16u})
            if (count * size <= 1 << 20) {
                add("packets/write/x" + std::to_string(count) + '/' + n,
                    [=](benchmark::State& s) { write(s, count, size); });
                add("packets/read/x" + std::to_string(count) + '/' + n,
                    [=](benchmark::State& s) { read(s, count, size); });
            }
    }
    return true;
}();

} // namespace

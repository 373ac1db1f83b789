// AES-256-IGE: each code path against OpenSSL's own, and against what the processor's latency allows.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "../support/versus.hpp"
#include "data.hpp"

#include <mtproto/crypto/aes_ige.hpp>

#include <openssl/aes.h>

#include <string>
#include <vector>

namespace {

using namespace mtproto::crypto;
using benchmarks::random_data;
using benchmarks::stopwatch;

constexpr std::size_t sizes[] = {128, 1024, 16384, 524288};

/// The key's setup is part of it, as each message has its own key.
template <bool Encrypt>
void openssl_ige(const ige_job& job)
{
    AES_KEY schedule;
    if (Encrypt)
        AES_set_encrypt_key(detail::uchars(job.key), 256, &schedule);
    else
        AES_set_decrypt_key(detail::uchars(job.key), 256, &schedule);
    unsigned char iv[32];
    std::copy_n(detail::uchars(job.iv), 32, iv);
    AES_ige_encrypt(detail::uchars(job.src.data()), detail::uchars(job.dst.data()), job.src.size(), &schedule,
                    iv, Encrypt ? AES_ENCRYPT : AES_DECRYPT);
}

template <bool Encrypt>
void portable(const ige_job& job)
{
    if constexpr (Encrypt)
        detail::ige_encrypt_portable(job.src.data(), job.dst.data(), job.src.size() / 16, job.key, job.iv);
    else
        detail::ige_decrypt_portable(job.src.data(), job.dst.data(), job.src.size() / 16, job.key, job.iv);
}

struct messages
{
    messages(std::size_t count, std::size_t size)
    {
        for (std::size_t i = 0; i < count; ++i) {
            data.push_back(random_data(size));
            keys.push_back(random_data(64));
        }
        for (std::size_t i = 0; i < count; ++i)
            jobs.push_back({data[i], data[i], keys[i].data(), keys[i].data() + 32});
    }
    std::vector<bytes> data, keys;
    std::vector<ige_job> jobs;
};

template <class F>
void single(benchmark::State& state, std::size_t size, F ours, void (*theirs)(const ige_job&))
{
    messages one(1, size);
    benchmarks::versus(state, size, [&] { ours(one.jobs[0]); }, [&] { theirs(one.jobs[0]); });
}
template <class F>
void many(benchmark::State& state, std::size_t count, std::size_t size, F ours,
          void (*theirs)(const ige_job&))
{
    messages all(count, size);
    benchmarks::versus(
        state, count * size, [&] { ours(std::span<const ige_job>(all.jobs)); },
        [&] {
            for (auto const& job : all.jobs)
                theirs(job);
        });
}

#if defined(MTPROTO_HAS_AESNI)
/// Fourteen rounds for each block, each waiting for the one before, and nothing else.
MTPROTO_TARGET_AES void bare_rounds(std::size_t blocks, const std::byte* key)
{
    __m128i k[15];
    detail::expand_keys<true>(key, k);
    __m128i state = k[0];
    for (; blocks != 0; --blocks) {
        MTPROTO_UNROLL
        for (int r = 1; r < 15; ++r)
            state = _mm_aesenc_si128(state, k[r]);
    }
    std::byte out[16];
    detail::store_block(out, state);
    benchmark::DoNotOptimize(out);
}

void limit(benchmark::State& state, std::size_t size)
{
    messages one(1, size);
    benchmarks::versus(
        state, size, [&] { detail::ige_one<true>(one.jobs[0]); },
        [&] { bare_rounds(size / 16, one.keys[0].data()); }, "limit");
}
#endif

template <bool Encrypt>
void add(const std::string& direction)
{
    auto const name = [&](const char* kind, std::size_t size) {
        return "ige/" + direction + '/' + kind + '/' + std::to_string(size);
    };
    auto const add_single = [&](const char* kind, auto ours) {
        for (auto const size : sizes)
            benchmark::RegisterBenchmark(name(kind, size).c_str(), [=](benchmark::State& state) {
                single(state, size, ours, openssl_ige<Encrypt>);
            });
    };
    auto const add_many = [&](const char* kind, std::size_t count, auto ours) {
        for (auto const size : sizes)
            if (count * size <= 1 << 20)
                benchmark::RegisterBenchmark(name(kind, size).c_str(), [=](benchmark::State& state) {
                    many(state, count, size, ours, openssl_ige<Encrypt>);
                });
    };
    add_single("portable", portable<Encrypt>);
#if defined(MTPROTO_HAS_AESNI)
    if (!detail::has_aesni())
        return;
    add_single("aesni", detail::ige_one<Encrypt>);
    add_many("aesni-x4", 4, detail::ige_interleaved<Encrypt, false, 4>);
    add_many("aesni-x8", 8, detail::ige_interleaved<Encrypt, false, 8>);
    if (!detail::has_vaes())
        return;
    add_many("vaes-x8", 8, detail::ige_interleaved<Encrypt, true, 16>);
    add_many("vaes-x16", 16, detail::ige_interleaved<Encrypt, true, 16>);
#endif
}

[[maybe_unused]] bool const added = [] {
    add<true>("encrypt");
    add<false>("decrypt");
#if defined(MTPROTO_HAS_AESNI)
    if (detail::has_aesni())
        for (auto const size : sizes)
            benchmark::RegisterBenchmark(("ige/latency_limit/" + std::to_string(size)).c_str(),
                                         [=](benchmark::State& state) { limit(state, size); });
#endif
    return true;
}();

} // namespace

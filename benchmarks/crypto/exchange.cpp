// The key exchange and the password check: what happens once.
#include "../support/versus.hpp"
#include "data.hpp"

#include <mtproto/crypto/dh.hpp>
#include <mtproto/crypto/factor.hpp>
#include <mtproto/crypto/rsa.hpp>
#include <mtproto/crypto/srp.hpp>

#include <vector>

namespace {

using namespace mtproto::crypto;
using benchmarks::random_data;

/// Products of two primes of 31 bits, or of 31 and 32: 62 and 63 bits long, as servers send them.
const std::vector<std::uint64_t>& products()
{
    static std::vector<std::uint64_t> const made = [] {
        seeded_random random(21);
        auto const prime = [&](std::uint64_t lowest) { // of as many bits as `lowest`
            for (;;)
                if (auto const p = lowest | 1 | random_u64(random) % lowest; detail::is_prime_u63(p))
                    return p;
        };
        std::vector<std::uint64_t> out;
        while (out.size() < 64)
            if (auto const p = prime(3u << 29), q = prime(out.size() % 2 == 0 ? 3u << 29 : 1u << 31); p != q)
                out.push_back(p * q);
        return out;
    }();
    return made;
}

void pq(benchmark::State& state)
{
    std::size_t next = 0;
    for (auto _ : state)
        if (!factorize(products()[next++ % products().size()]))
            return state.SkipWithError("a product of two primes was not factored");
}
BENCHMARK(pq)->Unit(benchmark::kMicrosecond);

void rsa_pad(benchmark::State& state)
{
    static auto const key = rsa_private_key::generate().public_key();
    system_random random;
    auto const data = random_data(144);
    for (auto _ : state)
        benchmark::DoNotOptimize(rsa_pad_encrypt(key, data, random));
}
BENCHMARK(rsa_pad)->Unit(benchmark::kMicrosecond);

void dh_client(benchmark::State& state)
{
    system_random random;
    auto const& p = well_known_prime();
    auto const server = dh_generate(3, p, random);
    for (auto _ : state)
        if (!dh_exchange(3, p, server->value, random))
            return state.SkipWithError("the exchange failed");
}
BENCHMARK(dh_client)->Unit(benchmark::kMicrosecond);

/// A prime that is not known yet: p and (p - 1) / 2 are tested. `arg` 0: each time anew, 1: verified once.
void dh_group(benchmark::State& state)
{
    static dh_value const prime = [] { // RFC 3526, group 14: a safe prime, but not Telegram's
        auto* const n = BN_get_rfc3526_prime_2048(nullptr);
        dh_value out{};
        BN_bn2binpad(n, detail::uchars(out.data()), static_cast<int>(out.size()));
        BN_free(n);
        return out;
    }();
    dh_prime_cache kept;
    if (state.range(0) == 1 && !check_dh_group(2, prime, kept))
        return state.SkipWithError("a safe prime was refused");
    for (auto _ : state) {
        dh_prime_cache fresh;
        if (!check_dh_group(2, prime, state.range(0) == 0 ? fresh : kept))
            return state.SkipWithError("a safe prime was refused");
    }
}
BENCHMARK(dh_group)->Arg(0)->Arg(1)->ArgName("cached")->Unit(benchmark::kMicrosecond);

void srp(benchmark::State& state)
{
    system_random random;
    auto const salt1 = random_data(40), salt2 = random_data(16);
    srp_params const params{salt1, salt2, 3, well_known_prime()};
    auto const v = srp_make_v(as_bytes("password"), params);
    auto const challenge = srp_server_challenge(params, v, random);
    dh_prime_cache cache;
    for (auto _ : state)
        if (!srp_check(as_bytes("password"), params, challenge.B, random, cache))
            return state.SkipWithError("the proof failed");
}
BENCHMARK(srp)->Unit(benchmark::kMillisecond);

} // namespace

// Both sides of the key exchange, given plain messages that somebody else made up.
#include "session.hpp"

#include <mtproto/crypto/telegram_keys.hpp>
#include <mtproto/session/client_handshake.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace mtproto;
    using namespace mtproto::session;
    static auto const keys = crypto::telegram_public_keys(crypto::environment::production);
    static crypto::dh_prime_cache primes;
    auto const now = fuzz::start;
    crypto::seeded_random random(1);
    handshake_options options;
    options.keys = keys;
    options.clock = fuzz::clock_from_start();
    client_handshake client(options, random, primes);
    auto const first = client.start(now).value();
    fuzz::input in(data, size);
    for (int round = 0; round != 3 && !in.empty(); ++round) {
        auto const how = in.byte();
        auto const taken = in.take(in.half());
        std::vector<std::byte> body(taken.begin(), taken.end());
        body.resize((body.size() + 3) / 4 * 4);
        // The nonce that the client sent: first[20] is the constructor, the nonce follows it.
        if (how & 1 && body.size() >= 20)
            std::copy_n(first.begin() + 24, 16, body.begin() + 4);
        if (!client.receive(make_plain_message((std::int64_t{1'700'000'000} << 32) + 1 + 4 * round, body), now))
            return 0;
    }
    return 0;
}

// The session that the targets of packets and engines speak in: its key, its time, its messages.
#pragma once

#include "fuzz.hpp"

#include <mtproto/crypto/auth_key.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/session/time.hpp>

#include <chrono>
#include <vector>

namespace fuzz {

inline const mtproto::crypto::auth_key& key()
{
    static mtproto::crypto::auth_key const made = [] {
        mtproto::crypto::seeded_random random(42);
        return mtproto::crypto::auth_key(mtproto::crypto::random_bytes<256>(random));
    }();
    return made;
}

inline constexpr mtproto::session::time_point start{std::chrono::hours(5)};

inline mtproto::session::server_clock clock_from_start()
{
    return mtproto::session::server_clock::at(start, 1'700'000'000 * std::int64_t{1'000'000'000});
}

/// A message's body: whole words, at most 4 KB, whose length the input says.
inline std::vector<std::byte> body(input& in)
{
    auto const taken = in.take(in.half() % 1024 * 4 + 4);
    std::vector<std::byte> words(taken.begin(), taken.end());
    words.resize((words.size() + 3) / 4 * 4);
    return words;
}

} // namespace fuzz

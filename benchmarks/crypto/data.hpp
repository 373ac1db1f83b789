// Inputs of the benchmarks: the same in every run.
#pragma once

#include <mtproto/crypto/random.hpp>

namespace benchmarks {

inline mtproto::crypto::bytes random_data(std::size_t size)
{
    static mtproto::crypto::seeded_random random(20);
    mtproto::crypto::bytes out(size);
    random.fill(out);
    return out;
}

} // namespace benchmarks

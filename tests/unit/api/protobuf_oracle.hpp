// libprotobuf's opinion of the protobuf codec, over the descriptors of the contract.
#pragma once

#include "run.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <span>

namespace roundtrip {

/// The TL bytes of a boxed value or method through protobuf and back, with libprotobuf between, as reader and as writer;
/// `described` is its JSON, which says what every field must hold. Nothing is done for a value that is not the API's.
void check_protobuf(run& r, std::span<const std::byte> tl, const boost::json::value& described);

/// How much of the protobuf that was made up was understood, and how much was not.
struct protobuf_counts
{
    int mutations = 0;
    int broken_mutations = 0;
    int messages = 0;
    int refused_messages = 0;
};
const protobuf_counts& counts_of_protobuf() noexcept;

} // namespace roundtrip

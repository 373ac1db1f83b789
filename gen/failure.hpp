// How the compiler gives up: one sentence for a person.
#pragma once

#include <stdexcept>
#include <string>

namespace gen {

/// Thrown with a sentence that begins with the place in the schema, caught in main().
struct failure : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

} // namespace gen

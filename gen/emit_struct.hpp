// One constructor or method as a struct.
#pragma once

#include "program.hpp"

#include <string>

namespace gen {

/// The definition of the struct, inside its namespace.
std::string emit_struct(const program& from, const schema::combinator& line);

/// The definition of a boxed type with several constructors, inside its namespace.
std::string emit_boxed(const program& from, const schema::type_info& type);

} // namespace gen

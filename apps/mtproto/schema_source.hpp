// The schema that commands work by: the one of the library, or a file.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <string>

namespace mtproto::apps {

/// The API schema that this program was built with, parsed once.
const tl::schema::schema& api_schema();
/// The schema of the protocol itself (key exchange, service messages).
const tl::schema::schema& protocol_schema();
/// The schema of a file; a sentence with line and column if it is not one.
result<tl::schema::schema> schema_from(const std::string& file);

} // namespace mtproto::apps

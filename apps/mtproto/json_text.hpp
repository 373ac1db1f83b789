// JSON as text for people: indented, coloured, short values on one line.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace mtproto::apps {

/// Indented by two spaces; what fits on a line stays on one. Painted if stdout shows colours.
std::string pretty_json(const boost::json::value& value);

} // namespace mtproto::apps

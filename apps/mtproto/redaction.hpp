// What of a message is not shown: secrets, by the names of their fields.
#pragma once

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::apps {

/// What stands in the place of a secret.
inline constexpr std::string_view redacted = "[redacted]";

/// The names of fields that are never shown, wherever they stand.
std::span<const std::string_view> secret_fields();

/// Replaces secrets in the JSON of a message, by name, and by constructor where a name alone is innocent;
/// also what Telegram itself writes to the account (login codes), and values that could not be decoded.
/// `more` are further names.
void redact(boost::json::value& message, const std::vector<std::string>& more);

} // namespace mtproto::apps

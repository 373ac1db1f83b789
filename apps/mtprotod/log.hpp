// The daemon's log: one line for an event, with fields, as text for people or JSON for machines; no secrets.
#pragma once

#include <mtproto/error.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace mtproto::daemon {

enum class log_level
{
    trace, ///< every call with its parameters, secrets redacted
    debug, ///< every call
    info,  ///< what happens to accounts and connections
    warning,
    error,
    off,
};
enum class log_format
{
    text,
    json,
};

/// One named value of a line. What may be seen of it is decided by its name, see redact.hpp.
class log_field
{
public:
    log_field(std::string_view name, std::string_view value) : name_(name), value_(std::string(value)) {}
    log_field(std::string_view name, const char* value) : log_field(name, std::string_view(value)) {}
    log_field(std::string_view name, const std::string& value) : log_field(name, std::string_view(value)) {}
    log_field(std::string_view name, bool value) : name_(name), value_(value) {}
    template <std::integral T>
    log_field(std::string_view name, T value) : name_(name), value_(static_cast<std::int64_t>(value))
    {
    }
    log_field(std::string_view name, double value) : name_(name), value_(value) {}
    log_field(std::string_view name, const mtproto::error& why) : log_field(name, why.message()) {}

    std::string_view name() const noexcept { return name_; }
    const std::variant<std::string, std::int64_t, double, bool>& value() const noexcept { return value_; }

private:
    std::string_view name_;
    std::variant<std::string, std::int64_t, double, bool> value_;
};

using log_fields = std::initializer_list<log_field>;

/// Before the first line; lines go to stderr. Under systemd, text has no time of its own: the journal notes it.
void set_up_log(log_level level, log_format format);
bool logs(log_level level);
/// Thread safe, as all of these.
void log(log_level level, std::string_view event, log_fields fields = {});
inline void log_debug(std::string_view event, log_fields fields = {}) { log(log_level::debug, event, fields); }
inline void log_info(std::string_view event, log_fields fields = {}) { log(log_level::info, event, fields); }
inline void log_warning(std::string_view event, log_fields fields = {}) { log(log_level::warning, event, fields); }
inline void log_error(std::string_view event, log_fields fields = {}) { log(log_level::error, event, fields); }

/// The line without time and level, for tests: `event key=value key="two words"` or members of a JSON object.
std::string log_text(log_format format, std::string_view event, log_fields fields);

} // namespace mtproto::daemon

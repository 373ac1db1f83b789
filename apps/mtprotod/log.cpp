#include "log.hpp"

#include "redact.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mtproto/tl/utf8.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace mtproto::daemon {

namespace {

struct sink
{
    std::shared_ptr<spdlog::logger> out;
    log_format format = log_format::text;
    log_level level = log_level::info;
};
sink& current()
{
    static sink one;
    return one;
}

spdlog::level::level_enum spd(log_level level)
{
    switch (level) {
    case log_level::trace: return spdlog::level::trace;
    case log_level::debug: return spdlog::level::debug;
    case log_level::info: return spdlog::level::info;
    case log_level::warning: return spdlog::level::warn;
    case log_level::error: return spdlog::level::err;
    case log_level::off: break;
    }
    return spdlog::level::off;
}

// JSON's own quoting serves both formats: no value can end a line or begin another field.
std::string json_quoted(std::string_view text)
{
    return boost::json::serialize(boost::json::string(tl::utf8_or_replaced(text)));
}

bool is_plain(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c != '"' && c != '=' && c != '\\' && static_cast<unsigned char>(c) < 0x7f;
    });
}

std::string text_of(const log_field& field, log_format format)
{
    if (auto const* const number = std::get_if<std::int64_t>(&field.value()))
        return names_secret(field.name()) ? json_quoted(redaction) : std::to_string(*number);
    if (auto const* const fraction = std::get_if<double>(&field.value())) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", *fraction);
        return text;
    }
    if (auto const* const yes = std::get_if<bool>(&field.value()))
        return *yes ? "true" : "false";
    auto const text = shown(field.name(), std::get<std::string>(field.value()));
    return format == log_format::text && is_plain(text) ? text : json_quoted(text);
}

} // namespace

void set_up_log(log_level level, log_format format)
{
    auto& to = current();
    to.format = format;
    to.level = level;
    to.out = std::make_shared<spdlog::logger>("mtprotod", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    to.out->set_level(spd(level));
    to.out->flush_on(spdlog::level::trace);
    bool const journal = std::getenv("JOURNAL_STREAM") != nullptr;
    if (format == log_format::json)
        to.out->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})");
    else
        to.out->set_pattern(journal ? "%l %v" : "%Y-%m-%dT%H:%M:%S.%e %l %v");
}

bool logs(log_level level)
{
    auto const& to = current();
    return to.out && level >= to.level;
}

std::string log_text(log_format format, std::string_view event, log_fields fields)
{
    auto line = format == log_format::json ? "\"event\":" + json_quoted(secrets().scrub(event)) : secrets().scrub(event);
    for (auto const& field : fields) {
        if (format == log_format::json)
            line += ',' + json_quoted(field.name()) + ':' + text_of(field, format);
        else
            line += ' ' + std::string(field.name()) + '=' + text_of(field, format);
    }
    return line;
}

void log(log_level level, std::string_view event, log_fields fields)
{
    if (logs(level))
        current().out->log(spd(level), log_text(current().format, event, fields));
}

} // namespace mtproto::daemon

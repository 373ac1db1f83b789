#include "logged_account.hpp"

#include "log.hpp"
#include "redact.hpp"

#include "../mtproto/schema_source.hpp"

#include <mtproto/tl/schema/dynamic_json.hpp>

#include <boost/json/serialize.hpp>

#include <array>

namespace mtproto::daemon {

namespace {

constexpr std::size_t most_shown = 2000;

/// What people write to each other is nobody's business, not even at this level.
bool is_private(std::string_view name)
{
    static constexpr std::array names{"message", "text", "caption", "about", "comment", "query", "q"};
    for (std::string_view const one : names)
        if (one == name)
            return true;
    return false;
}

void redact(std::string_view name, boost::json::value& value)
{
    if (auto* const object = value.if_object()) {
        for (auto& [key, member] : *object)
            if (key != "_")
                redact(key, member);
    } else if (auto* const array = value.if_array()) {
        for (auto& element : *array)
            redact(name, element);
    } else if (names_secret(name)) {
        value = redaction;
    } else if (auto const* const text = value.if_string()) {
        if (is_private(name) || text->size() > 200)
            value = '[' + std::to_string(text->size()) + " characters]";
        else
            value = shown(name, std::string_view(*text));
    }
}

} // namespace

std::string loggable_request(const std::vector<std::byte>& request_tl)
{
    auto json = tl::schema::tl_to_json(apps::api_schema(), request_tl);
    if (!json)
        return "[cannot be read]";
    redact("", *json);
    auto text = boost::json::serialize(*json);
    if (text.size() > most_shown) {
        text.resize(most_shown);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) // not in the middle of a character
            text.pop_back();
        text += "...";
    }
    return text;
}

void logged_account::call(proxy::call_id id, std::vector<std::byte> request_tl, std::chrono::milliseconds timeout, completion done)
{
    if (logs(log_level::trace))
        log(log_level::trace, "request", {{"account", name_}, {"call", id}, {"request", loggable_request(request_tl)}});
    inner_->call(id, std::move(request_tl), timeout, std::move(done));
}

} // namespace mtproto::daemon

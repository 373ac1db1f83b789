#include "redaction.hpp"

#include "peers.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace mtproto::apps {
namespace {

namespace json = boost::json;

// Sorted by what they open: the account, its second factor, keys and sessions, files and peers.
// docs/mtproto.md lists them.
constexpr std::string_view secret_names[] = {
    // who signs in, and with what
    "phone",
    "phone_number",
    "phone_numbers",
    "phones",
    "new_phone_number",
    "phone_code",
    "phone_code_hash",
    "code",
    "email_code",
    "api_hash",
    "bot_auth_token",
    "token",
    "access_token",
    "web_auth_token",
    "future_auth_token",
    "future_auth_tokens",
    "autologin_token",
    "google_token",
    "apple_token",
    "zoom_token",
    "request_token",
    "safety_net_token",
    "play_integrity_token",
    "pnv_token",
    "ios_push_secret",
    "payment_token",
    "file_token",
    "except_auth_keys",
    // two-step verification, https://core.telegram.org/api/srp
    "password",
    "new_password",
    "current_password",
    "new_password_hash",
    "current_password_hash",
    "new_algo",
    "current_algo",
    "srp_id",
    "srp_B",
    "A",
    "M1",
    "salt1",
    "salt2",
    "v",
    "hint",
    "email",
    "new_email",
    "email_pattern",
    "email_unconfirmed_pattern",
    "login_email_pattern",
    "secure_random",
    "secure_secret",
    "new_secure_settings",
    // keys and sessions
    "auth_key",
    "auth_key_id",
    "temp_auth_key_id",
    "perm_auth_key_id",
    "encrypted_message",
    "encrypted_data",
    "encrypted_answer",
    "nonce",
    "server_nonce",
    "new_nonce",
    "new_nonce_hash1",
    "new_nonce_hash2",
    "new_nonce_hash3",
    "g_a",
    "g_b",
    "g_a_hash",
    "g_a_or_b",
    "key_fingerprint",
    "salt",
    "server_salt",
    "new_server_salt",
    "session_id",
    "temp_session_id",
    "unique_id",
    "secret",
    "secret_hash",
    "shared_secret",
    // what only this account can use
    "access_hash",
    "file_reference",
    "credentials",
    "payload",
    "url_token",
    "tmp_password",
    "peer_tag",
    "encrypted_credentials",
};

// Names that are innocent elsewhere.
constexpr std::pair<std::string_view, std::string_view> fields_of[] = {
    {"auth.exportedAuthorization", "bytes"},
    {"auth.importAuthorization", "bytes"},
    {"updateServiceNotification", "message"},
    {"messages.importChatInvite", "hash"},
    {"messages.checkChatInvite", "hash"},
    {"chatInviteExported", "link"},
    {"authorization", "hash"},
    {"account.resetAuthorization", "hash"},
    {"auth.sentCodeTypeMissedCall", "prefix"},
    {"req_DH_params", "p"},
    {"req_DH_params", "q"},
    {"resPQ", "pq"},
    {"urlAuthResultAccepted", "url"},
    {"webViewResultUrl", "url"},
    {"exportedContactToken", "url"},
    {"chatInvite", "hash"},
};

// The account that Telegram writes service messages and login codes with.
constexpr std::int64_t telegram = 777000;

bool is_from_telegram(const json::value& message)
{
    for (auto const* const key : {"from_id", "peer_id"})
        if (integer(member(member(message, key), "user_id")) == telegram)
            return true;
    return integer(member(message, "user_id")) == telegram;
}

bool is_secret(std::string_view constructor, std::string_view field, const std::vector<std::string>& more)
{
    return std::find(std::begin(secret_names), std::end(secret_names), field) != std::end(secret_names) ||
           std::find(more.begin(), more.end(), field) != more.end() ||
           std::find(std::begin(fields_of), std::end(fields_of), std::pair(constructor, field)) !=
               std::end(fields_of) ||
           field == "@base64";
}

} // namespace

std::span<const std::string_view> secret_fields() { return secret_names; }

void redact(json::value& message, const std::vector<std::string>& more)
{
    if (auto* const list = message.if_array()) {
        for (auto& one : *list)
            redact(one, more);
        return;
    }
    auto* const object = message.if_object();
    if (object == nullptr)
        return;
    bool const service = is_from_telegram(message);
    std::string const constructor(name_of(message));
    for (auto& field : *object) {
        auto const name = std::string_view(field.key());
        if (name == "_")
            continue;
        // A flag tells that there is something, not what.
        bool const secret = is_secret(constructor, name, more) && !field.value().is_bool();
        if (secret || (service && name == "message" && field.value().is_string()))
            field.value() = redacted;
        else
            redact(field.value(), more);
    }
}

} // namespace mtproto::apps

// auth.*: signing in and out. https://core.telegram.org/api/auth
#pragma once

#include "mtproto/crypto/random.hpp"
#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/passwords.hpp"
#include "mtproto/session/bind.hpp"

#include <algorithm>
#include <string>

namespace mtproto::sandbox::methods {

namespace auth {
using namespace raw::auth;
}

namespace detail {

inline raw::auth::authorization<lean> signed_in(call& c, account& who)
{
    c.key.user = who.id;
    c.key.awaiting_password = 0;
    c.key.attempt.reset();
    c.me = &who;
    raw::auth::authorization<lean> made{};
    made.user = present(c).user(who);
    return made;
}

/// https://core.telegram.org/api/errors#303-see-other
inline error migrate(const char* what, int dc) { return refuse(what + std::to_string(dc), 303); }

inline raw::auth::sentCode<lean> code_sent(call& c, const std::string& phone)
{
    auto const* who = c.in().people.by_phone(phone);
    auto code = who && who->code ? who->code : c.at.settings.code;
    raw::auth::sentCode<lean> made{};
    made.phone_code_hash = c.at.codes.send(phone, std::move(code), c.now);
    auto const length = static_cast<std::int32_t>(c.at.codes.last(phone)->size());
    if (who)
        made.type = raw::auth::sentCodeTypeApp<lean>{.length = length};
    else
        made.type = raw::auth::sentCodeTypeSms<lean>{.length = length};
    made.next_type = raw::auth::codeTypeSms<lean>{};
    made.timeout = 60;
    return made;
}

} // namespace detail

inline answer_to<auth::sendCode<lean>> handle(call& c, const auth::sendCode<lean>& q)
{
    auto const phone = normalise_phone(q.phone_number);
    if (phone.empty())
        return refuse("PHONE_NUMBER_INVALID");
    if (q.api_id <= 0 || q.api_hash.empty())
        return refuse("API_ID_INVALID");
    if (auto const* who = c.in().people.by_phone(phone); who && who->dc != c.dc)
        return detail::migrate("PHONE_MIGRATE_", who->dc);
    c.key.api_id = q.api_id;
    return detail::code_sent(c, phone);
}

inline answer_to<auth::resendCode<lean>> handle(call& c, const auth::resendCode<lean>& q)
{
    auto const phone = normalise_phone(q.phone_number);
    if (!c.at.codes.find(phone, q.phone_code_hash))
        return refuse("PHONE_CODE_EXPIRED");
    return detail::code_sent(c, phone);
}

inline answer_to<auth::cancelCode<lean>> handle(call& c, const auth::cancelCode<lean>& q)
{
    if (!c.at.codes.find(normalise_phone(q.phone_number), q.phone_code_hash))
        return refuse("PHONE_CODE_EXPIRED");
    c.at.codes.forget(q.phone_code_hash);
    return true;
}

inline answer_to<auth::signIn<lean>> handle(call& c, const auth::signIn<lean>& q)
{
    auto const phone = normalise_phone(q.phone_number);
    if (phone.empty())
        return refuse("PHONE_NUMBER_INVALID");
    if (auto const fits = c.at.codes.check(phone, q.phone_code_hash, q.phone_code.value_or(""), c.now); !fits)
        return fits.error();
    auto* who = c.in().people.by_phone(phone);
    if (!who) {
        if (!c.at.settings.sign_up)
            return refuse("PHONE_NUMBER_UNOCCUPIED");
        c.at.codes.find(phone, q.phone_code_hash)->proven = true;
        return auth::authorizationSignUpRequired<lean>{};
    }
    c.at.codes.forget(q.phone_code_hash);
    if (who->password) {
        c.key.awaiting_password = who->id;
        return refuse("SESSION_PASSWORD_NEEDED", 401);
    }
    return detail::signed_in(c, *who);
}

inline answer_to<auth::signUp<lean>> handle(call& c, const auth::signUp<lean>& q)
{
    auto const phone = normalise_phone(q.phone_number);
    auto const* sent = c.at.codes.find(phone, q.phone_code_hash);
    if (!sent || sent->expires <= c.now)
        return refuse("PHONE_CODE_EXPIRED");
    if (!sent->proven)
        return refuse("PHONE_CODE_INVALID");
    if (q.first_name.empty())
        return refuse("FIRSTNAME_INVALID");
    auto made = c.in().people.add({.phone = phone, .first_name = q.first_name, .last_name = q.last_name, .dc = c.dc});
    if (!made)
        return made.error();
    c.at.codes.forget(q.phone_code_hash);
    return detail::signed_in(c, **made);
}

inline answer_to<auth::checkPassword<lean>> handle(call& c, const auth::checkPassword<lean>& q)
{
    auto const* proof = tl::get_if<raw::inputCheckPasswordSRP<lean>>(q.password);
    auto* who = c.in().people.find(c.key.awaiting_password != 0 ? c.key.awaiting_password : c.key.user);
    if (!who)
        return refuse("AUTH_KEY_UNREGISTERED", 401);
    if (!who->password || !proof)
        return refuse("PASSWORD_HASH_INVALID");
    if (!c.key.attempt || c.key.attempt->id != proof->srp_id || c.key.attempt->user != who->id)
        return refuse("SRP_ID_INVALID");
    if (!password_fits(*who->password, *c.key.attempt, proof->A, proof->M1))
        return refuse("PASSWORD_HASH_INVALID");
    return detail::signed_in(c, *who);
}

inline answer_to<auth::importBotAuthorization<lean>> handle(call& c, const auth::importBotAuthorization<lean>& q)
{
    if (q.api_id <= 0 || q.api_hash.empty())
        return refuse("API_ID_INVALID");
    auto* bot = c.in().people.by_token(q.bot_auth_token);
    if (!bot)
        return refuse("ACCESS_TOKEN_INVALID");
    if (bot->dc != c.dc)
        return detail::migrate("USER_MIGRATE_", bot->dc);
    c.key.api_id = q.api_id;
    return detail::signed_in(c, *bot);
}

inline answer_to<auth::logOut<lean>> handle(call& c, const auth::logOut<lean>&)
{
    c.key.user = 0;
    c.key.logged_out = true;
    return auth::loggedOut<lean>{};
}

inline answer_to<auth::resetAuthorizations<lean>> handle(call& c, const auth::resetAuthorizations<lean>&)
{
    for (auto& [id, key] : c.at.keys.all())
        if (key.user == c.my_id() && &key != &c.key) {
            key.user = 0;
            key.logged_out = true;
        }
    return true;
}

inline answer_to<auth::exportAuthorization<lean>> handle(call& c, const auth::exportAuthorization<lean>& q)
{
    bool const known = std::any_of(c.at.addresses.begin(), c.at.addresses.end(), [&](auto const& a) { return a.dc == q.dc_id; });
    if (!known || q.dc_id == c.dc)
        return refuse("DC_ID_INVALID");
    auto const id = static_cast<std::int64_t>(c.at.fresh() >> 1);
    auto const secret = crypto::random_bytes<64>(c.at.random);
    auto& made = c.at.exports[id];
    made = {.user = c.my_id(), .secret = {secret.begin(), secret.end()}, .to_dc = q.dc_id};
    auth::exportedAuthorization<lean> exported{.id = id};
    exported.bytes = made.secret;
    return exported;
}

inline answer_to<auth::importAuthorization<lean>> handle(call& c, const auth::importAuthorization<lean>& q)
{
    auto const at = c.at.exports.find(q.id);
    if (at == c.at.exports.end() || at->second.to_dc != c.dc || at->second.secret != q.bytes)
        return refuse("AUTH_BYTES_INVALID");
    auto* who = c.in().people.find(at->second.user);
    c.at.exports.erase(at);
    if (!who)
        return refuse("USER_ID_INVALID");
    return detail::signed_in(c, *who);
}

/// https://core.telegram.org/api/pfs
inline answer_to<auth::bindTempAuthKey<lean>> handle(call& c, const auth::bindTempAuthKey<lean>& q)
{
    auto* permanent = c.at.keys.find(static_cast<std::uint64_t>(q.perm_auth_key_id));
    if (!permanent || permanent->temporary())
        return refuse("ENCRYPTED_MESSAGE_INVALID");
    if (!c.used.temporary())
        return refuse("TEMP_AUTH_KEY_EMPTY");
    auto const said = session::open_bind_message(permanent->key, c.msg_id, q.encrypted_message);
    session::binding const expected{.nonce = static_cast<std::uint64_t>(q.nonce),
                                    .temporary_key_id = c.used.key.id(),
                                    .permanent_key_id = permanent->key.id(),
                                    .temporary_session_id = c.session_id,
                                    .expires_at = q.expires_at};
    if (!said || *said != expected)
        return refuse("ENCRYPTED_MESSAGE_INVALID");
    if (q.expires_at <= c.now)
        return refuse("EXPIRES_AT_INVALID");
    if (c.used.bound_to != 0 && c.used.bound_to != permanent->key.id())
        return refuse("TEMP_AUTH_KEY_ALREADY_BOUND");
    c.used.bound_to = permanent->key.id();
    c.used.expires = q.expires_at;
    if (permanent->layer == 0)
        permanent->layer = c.used.layer;
    return true;
}

inline answer_to<auth::dropTempAuthKeys<lean>> handle(call& c, const auth::dropTempAuthKeys<lean>& q)
{
    std::vector<std::uint64_t> gone;
    for (auto const& [id, key] : c.at.keys.all())
        if (key.bound_to == c.key.key.id() && id != c.used.key.id() &&
            std::find(q.except_auth_keys.begin(), q.except_auth_keys.end(), static_cast<std::int64_t>(id)) == q.except_auth_keys.end())
            gone.push_back(id);
    for (auto const id : gone)
        c.at.keys.drop(id);
    return true;
}

inline answer_to<auth::exportLoginToken<lean>> handle(call& c, const auth::exportLoginToken<lean>& q)
{
    if (q.api_id <= 0 || q.api_hash.empty())
        return refuse("API_ID_INVALID");
    auto const secret = crypto::random_bytes<32>(c.at.random);
    auth::loginToken<lean> made{.expires = c.now + 30};
    made.token.assign(secret.begin(), secret.end());
    return made;
}

using auth_methods =
    list<auth::sendCode<lean>, auth::resendCode<lean>, auth::cancelCode<lean>, auth::signIn<lean>, auth::signUp<lean>,
         auth::checkPassword<lean>, auth::importBotAuthorization<lean>, auth::logOut<lean>, auth::resetAuthorizations<lean>,
         auth::exportAuthorization<lean>, auth::importAuthorization<lean>, auth::bindTempAuthKey<lean>, auth::dropTempAuthKeys<lean>,
         auth::exportLoginToken<lean>>;

} // namespace mtproto::sandbox::methods

// account.*: the password, the profile, settings that are kept nowhere.
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/passwords.hpp"

namespace mtproto::sandbox::methods {

namespace acc {
using namespace raw::account;
}

inline answer_to<acc::getPassword<lean>> handle(call& c, const acc::getPassword<lean>&)
{
    auto* who = c.in().people.find(c.key.user != 0 ? c.key.user : c.key.awaiting_password);
    if (!who)
        return refuse("AUTH_KEY_UNREGISTERED", 401);
    acc::password<lean> made{};
    auto const salt1 = crypto::random_bytes<8>(c.at.random);
    auto const salt2 = crypto::random_bytes<16>(c.at.random);
    auto const secret = crypto::random_bytes<256>(c.at.random);
    using sha_algo = raw::passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow<lean>;
    sha_algo next{};
    next.salt1.assign(salt1.begin(), salt1.end());
    next.salt2.assign(salt2.begin(), salt2.end());
    next.g = static_cast<std::int32_t>(srp_generator);
    next.p.assign(crypto::well_known_prime().begin(), crypto::well_known_prime().end());
    made.new_secure_algo = raw::securePasswordKdfAlgoPBKDF2HMACSHA512iter100000<lean>{.salt = next.salt1};
    made.secure_random.assign(secret.begin(), secret.end());
    if (who->password) {
        auto const& known = *who->password;
        auto& attempt = c.key.attempt.emplace();
        attempt.id = static_cast<std::int64_t>(c.at.fresh());
        attempt.user = who->id;
        attempt.challenge = crypto::srp_server_challenge(srp_params_of(known), known.verifier, c.at.random);
        sha_algo current = next;
        current.salt1 = known.salt1;
        current.salt2 = known.salt2;
        made.has_password = true;
        made.current_algo = std::move(current);
        made.srp_B = bytes(attempt.challenge.B.begin(), attempt.challenge.B.end());
        made.srp_id = attempt.id;
        if (!known.hint.empty())
            made.hint = known.hint;
    }
    made.new_algo = std::move(next);
    return made;
}

/// Sets, changes or removes the password; the present one has to be proven.
inline answer_to<acc::updatePasswordSettings<lean>> handle(call& c, const acc::updatePasswordSettings<lean>& q)
{
    if (c.me->password) {
        auto const* proof = tl::get_if<raw::inputCheckPasswordSRP<lean>>(q.password);
        if (!proof)
            return refuse("PASSWORD_HASH_INVALID");
        if (!c.key.attempt || c.key.attempt->id != proof->srp_id)
            return refuse("SRP_ID_INVALID");
        if (!password_fits(*c.me->password, *c.key.attempt, proof->A, proof->M1))
            return refuse("PASSWORD_HASH_INVALID");
    }
    if (!q.new_settings.new_algo)
        return true;
    auto const* algo = tl::get_if<raw::passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow<lean>>(*q.new_settings.new_algo);
    if (!algo) {
        c.me->password.reset();
        return true;
    }
    if (!q.new_settings.new_password_hash || q.new_settings.new_password_hash->size() != 256)
        return refuse("NEW_SETTINGS_INVALID");
    c.me->password = password_record{.salt1 = algo->salt1,
                                     .salt2 = algo->salt2,
                                     .verifier = *q.new_settings.new_password_hash,
                                     .hint = q.new_settings.hint.value_or("")};
    return true;
}

inline answer_to<acc::updateStatus<lean>> handle(call& c, const acc::updateStatus<lean>& q)
{
    c.me->online_until = q.offline ? 0 : c.now + 300;
    c.me->last_seen = c.now;
    event const happened{.what = event::kind::status, .user = c.me->id};
    for (auto const& [with, unused] : c.in().box_of(c.me->id).dialogs())
        if (with.is_user() && with.id != c.me->id)
            c.in().tell({.to = with.id, .actor = c.me->id, .what = happened});
    return true;
}

inline answer_to<acc::updateProfile<lean>> handle(call& c, const acc::updateProfile<lean>& q)
{
    if (q.first_name && q.first_name->empty())
        return refuse("FIRSTNAME_INVALID");
    c.me->first_name = q.first_name.value_or(c.me->first_name);
    c.me->last_name = q.last_name.value_or(c.me->last_name);
    c.me->about = q.about.value_or(c.me->about);
    return present(c).user(*c.me);
}

inline bool username_free(call& c, const std::string& name)
{
    return !c.in().people.by_username(name) && !c.in().rooms.by_username(name);
}

inline answer_to<acc::checkUsername<lean>> handle(call& c, const acc::checkUsername<lean>& q)
{
    return username_free(c, q.username);
}

inline answer_to<acc::updateUsername<lean>> handle(call& c, const acc::updateUsername<lean>& q)
{
    if (q.username == c.me->username)
        return refuse("USERNAME_NOT_MODIFIED");
    if (!q.username.empty() && !username_free(c, q.username))
        return refuse("USERNAME_OCCUPIED");
    c.me->username = q.username;
    return present(c).user(*c.me);
}

/// One entry for each key that is signed in as the caller.
inline answer_to<acc::getAuthorizations<lean>> handle(call& c, const acc::getAuthorizations<lean>&)
{
    acc::authorizations<lean> made{.authorization_ttl_days = 180};
    for (auto const& [id, key] : c.at.keys.all()) {
        if (key.user != c.me->id || key.temporary())
            continue;
        raw::authorization<lean> one{};
        one.current = &key == &c.key;
        one.hash = one.current ? 0 : static_cast<std::int64_t>(mix(id, c.at.settings.seed));
        one.device_model = key.device;
        one.api_id = key.api_id;
        one.date_created = one.date_active = c.now;
        one.ip = "127.0.0.1";
        made.authorizations_.push_back(std::move(one));
    }
    return made;
}

inline answer_to<acc::resetAuthorization<lean>> handle(call& c, const acc::resetAuthorization<lean>& q)
{
    for (auto& [id, key] : c.at.keys.all())
        if (key.user == c.me->id && &key != &c.key && static_cast<std::int64_t>(mix(id, c.at.settings.seed)) == q.hash) {
            key.user = 0;
            key.logged_out = true;
            return true;
        }
    return refuse("HASH_INVALID");
}

inline answer_to<acc::getAccountTTL<lean>> handle(call&, const acc::getAccountTTL<lean>&)
{
    return raw::accountDaysTTL<lean>{.days = 365};
}

inline answer_to<acc::getNotifySettings<lean>> handle(call&, const acc::getNotifySettings<lean>&)
{
    return raw::peerNotifySettings<lean>{};
}

using account_methods =
    list<acc::getPassword<lean>, acc::updatePasswordSettings<lean>, acc::updateStatus<lean>, acc::updateProfile<lean>,
         acc::checkUsername<lean>, acc::updateUsername<lean>, acc::getAuthorizations<lean>, acc::resetAuthorization<lean>,
         acc::getAccountTTL<lean>, acc::getNotifySettings<lean>>;

} // namespace mtproto::sandbox::methods

// A call of any layer to its handler, and the answer back.
#pragma once

#include "mtproto/sandbox/calls.hpp"
#include "mtproto/sandbox/methods/account.hpp"
#include "mtproto/sandbox/methods/auth.hpp"
#include "mtproto/sandbox/methods/channels.hpp"
#include "mtproto/sandbox/methods/dialogs.hpp"
#include "mtproto/sandbox/methods/help.hpp"
#include "mtproto/sandbox/methods/messages.hpp"
#include "mtproto/sandbox/methods/sending.hpp"
#include "mtproto/sandbox/methods/stand_in.hpp"
#include "mtproto/sandbox/methods/stories.hpp"
#include "mtproto/sandbox/methods/updates.hpp"
#include "mtproto/sandbox/methods/upload.hpp"
#include "mtproto/sandbox/methods/users.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace mtproto::sandbox {

/// Whether a method may be called before signing in. https://core.telegram.org/api/auth
inline bool needs_no_account(std::uint32_t method)
{
    namespace a = raw::auth;
    static constexpr std::uint32_t open[] = {
        a::sendCode<lean>::tl_id, a::resendCode<lean>::tl_id, a::cancelCode<lean>::tl_id, a::signIn<lean>::tl_id,
        a::signUp<lean>::tl_id, a::checkPassword<lean>::tl_id, a::importBotAuthorization<lean>::tl_id,
        a::importAuthorization<lean>::tl_id, a::bindTempAuthKey<lean>::tl_id, a::exportLoginToken<lean>::tl_id,
        a::importLoginToken<lean>::tl_id, a::dropTempAuthKeys<lean>::tl_id, raw::account::getPassword<lean>::tl_id,
        raw::help::getConfig<lean>::tl_id, raw::help::getNearestDc<lean>::tl_id, raw::help::getAppConfig<lean>::tl_id,
        raw::help::getCdnConfig<lean>::tl_id, raw::help::getCountriesList<lean>::tl_id, raw::help::getAppUpdate<lean>::tl_id,
        raw::help::getTermsOfServiceUpdate<lean>::tl_id, raw::help::saveAppLog<lean>::tl_id, raw::help::getInviteText<lean>::tl_id,
        raw::help::getPassportConfig<lean>::tl_id, raw::langpack::getLangPack<lean>::tl_id, raw::langpack::getStrings<lean>::tl_id,
        raw::langpack::getDifference<lean>::tl_id, raw::langpack::getLanguages<lean>::tl_id, raw::langpack::getLanguage<lean>::tl_id};
    return std::find(std::begin(open), std::end(open), method) != std::end(open);
}

namespace detail {

inline answer answer_call(call& c, tl::bytes_view query, const tl::schema::schema& native)
{
    auto const id = tl::reader(query).peek_id();
    auto const* method = native.find_function(id);
    if (!method)
        return {.refused = refuse("INPUT_METHOD_INVALID_" + std::to_string(id))};
    if (!c.me && !needs_no_account(id)) {
        if (c.key.awaiting_password != 0)
            return {.refused = refuse("SESSION_PASSWORD_NEEDED", 401)};
        return {.refused = refuse(c.used.temporary() && c.used.bound_to == 0 ? "AUTH_KEY_PERM_EMPTY" : "AUTH_KEY_UNREGISTERED", 401)};
    }
    c.in().ledger.called(id);
    std::optional<answer> made;
    auto const offer = [&](auto methods) {
        made = methods::dispatch(methods, c, id, query);
        return made.has_value();
    };
    (void)(offer(methods::auth_methods{}) || offer(methods::account_methods{}) || offer(methods::help_methods{}) ||
           offer(methods::user_methods{}) || offer(methods::dialog_methods{}) || offer(methods::message_methods{}) ||
           offer(methods::sending_methods{}) || offer(methods::channel_methods{}) || offer(methods::update_methods{}) ||
           offer(methods::upload_methods{}) || offer(methods::story_methods{}));
    if (made)
        return std::move(*made);
    if (auto empty = methods::stand_in(native, *method))
        return {.value = std::move(*empty)};
    return {.refused = refuse(std::string(methods::nothing_there(method->name)))};
}

} // namespace detail

} // namespace mtproto::sandbox

// Signing in and out: by phone code, two-step password or bot token, over any invoker.
// https://core.telegram.org/api/auth
#pragma once

#include <mtproto/api/methods/account.hpp>
#include <mtproto/api/methods/auth.hpp>
#include <mtproto/api/methods/users.hpp>
#include <mtproto/client/detail/ask.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/crypto/srp.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>

namespace mtproto {

/// What https://my.telegram.org gives to every application.
struct app_credentials
{
    std::int32_t api_id = 0;
    std::string api_hash{};
};

/// What is known about a code when a person is asked for it.
struct code_request
{
    std::string phone{};
    std::string sent_by{};  ///< "app", "sms", "call", "email ...": where the person should look
    int length = 0;         ///< digits, 0 if not known
    int attempt = 1;        ///< grows if a code was refused
};

/// What is known about a password when a person is asked for it.
struct password_request
{
    std::string hint{}; ///< as the account's owner wrote it; may be empty
    int attempt = 1;
};

/// The name of an account that is made at the first sign-in of a phone number.
struct new_account
{
    std::string first_name{};
    std::string last_name{};
};

/// How often a person may mistype a code or a password. Providers without a parameter are asked once.
inline constexpr int max_sign_in_attempts = 3;

namespace detail {

template <class Tg>
void note_user(Tg& tg, const api::User& user, const std::string& phone)
{
    if constexpr (requires { tg.signed_in(std::int64_t{}, phone); })
        if (auto const* const known = tl::get_if<api::user>(user))
            tg.signed_in(known->id, phone);
}

inline std::pair<std::string, int> describe(const api::auth::SentCodeType& type)
{
    return tl::visit(
        [](auto const& one) -> std::pair<std::string, int> {
            using T = std::remove_cvref_t<decltype(one)>;
            std::string by = "another way";
            if constexpr (std::is_same_v<T, api::auth::sentCodeTypeApp>)
                by = "app";
            else if constexpr (std::is_same_v<T, api::auth::sentCodeTypeSms>)
                by = "sms";
            else if constexpr (std::is_same_v<T, api::auth::sentCodeTypeCall>)
                by = "call";
            else if constexpr (std::is_same_v<T, api::auth::sentCodeTypeFragmentSms>)
                by = "Fragment, " + one.url;
            else if constexpr (std::is_same_v<T, api::auth::sentCodeTypeEmailCode>)
                by = "email to " + one.email_pattern;
            if constexpr (requires { one.length; })
                return {by, one.length};
            else
                return {by, 0};
        },
        type);
}

inline error sign_in_error(const char* text) { return {errc::bad_argument, text}; }

} // namespace detail

/// Asks the server to send a code to `phone` (international format).
/// https://core.telegram.org/method/auth.sendCode
template <invoker Tg>
task<result<api::auth::SentCode>> send_code(Tg& tg, app_credentials app, std::string phone)
{
    api::auth::sendCode request;
    request.phone_number = std::move(phone);
    request.api_id = app.api_id;
    request.api_hash = std::move(app.api_hash);
    return tg.invoke(request);
}

/// Answers SESSION_PASSWORD_NEEDED: proves that the password is known without sending it.
/// `password` is a callable, see sign_in(). errc::rpc with the server's words (PASSWORD_HASH_INVALID), errc::bad_argument if the
/// account has no password or one that this version cannot check. `tg` must outlive the task. https://core.telegram.org/api/srp
template <invoker Tg, class Password>
task<result<api::auth::Authorization>> check_password(Tg& tg, Password password)
{
    crypto::system_random random;
    crypto::dh_prime_cache primes;
    for (password_request ask;; ++ask.attempt) {
        api::account::getPassword const get;
        auto const state = co_await tg.invoke(get);
        if (!state)
            co_return state.error();
        auto const& known = *tl::get_if<api::account::password>(*state);
        if (!known.current_algo || !known.srp_B || !known.srp_id)
            co_return detail::sign_in_error("the account has no password");
        auto const* const algo =
            tl::get_if<api::passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow>(*known.current_algo);
        if (!algo)
            co_return detail::sign_in_error("the account's password uses an algorithm that this version does not know");
        ask.hint = known.hint.value_or("");
        auto given = co_await detail::ask(password, ask);
        if (!given)
            co_return given.error();
        crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(*given)));
        auto const proof = crypto::srp_check(crypto::as_bytes(*given), algo->salt1, algo->salt2,
                                             static_cast<std::uint32_t>(algo->g), algo->p, *known.srp_B, random, primes);
        if (!proof)
            co_return proof.error();
        api::inputCheckPasswordSRP answer;
        answer.srp_id = *known.srp_id;
        answer.A.assign(proof->A.begin(), proof->A.end());
        answer.M1.assign(proof->M1.begin(), proof->M1.end());
        api::auth::checkPassword check;
        check.password = std::move(answer);
        auto done = co_await tg.invoke(check);
        bool const mistyped =
            !done && (done.error().is_rpc("PASSWORD_HASH_INVALID") || done.error().is_rpc("SRP_ID_INVALID"));
        if (!mistyped || !detail::takes_argument<Password, password_request> || ask.attempt == max_sign_in_attempts)
            co_return done;
    }
}

/// Signs in by phone: sends a code, asks for it, asks for the two-step password if there is one, and makes an account
/// named `sign_up` if the number has none.
///
/// `code` and `password` are callables that return a std::string, a result<std::string>, or a task of one of these; they
/// may take a code_request and a password_request. Those that do are asked again after a refusal.
/// errc::rpc with the server's words (PHONE_NUMBER_INVALID, PHONE_CODE_INVALID, PHONE_CODE_EXPIRED, PASSWORD_HASH_INVALID, ...),
/// errc::bad_argument if the number has no account and `sign_up` is not given. `tg` must outlive the task.
template <invoker Tg, class Code, class Password>
task<result<api::User>> sign_in(Tg& tg, app_credentials app, std::string phone, Code code, Password password,
                                std::optional<new_account> sign_up = std::nullopt)
{
    auto const sent = co_await send_code(tg, std::move(app), phone);
    if (!sent)
        co_return sent.error();
    std::optional<result<api::auth::Authorization>> done;
    if (auto const* const already = tl::get_if<api::auth::sentCodeSuccess>(*sent))
        done.emplace(already->authorization);
    else if (tl::holds<api::auth::sentCodePaymentRequired>(*sent))
        co_return detail::sign_in_error("Telegram wants a payment for a code to this number; use an official app");

    auto const* const waiting = tl::get_if<api::auth::sentCode>(*sent);
    if (waiting && tl::holds<api::auth::sentCodeTypeSetUpEmailRequired>(waiting->type))
        co_return detail::sign_in_error("Telegram wants an email address for this account; set it in an official app");
    code_request ask;
    ask.phone = phone;
    if (waiting)
        std::tie(ask.sent_by, ask.length) = detail::describe(waiting->type);
    for (; !done; ++ask.attempt) {
        auto given = co_await detail::ask(code, ask);
        if (!given)
            co_return given.error();
        api::auth::signIn request;
        request.phone_number = phone;
        request.phone_code_hash = waiting->phone_code_hash;
        if (tl::holds<api::auth::sentCodeTypeEmailCode>(waiting->type)) {
            api::emailVerificationCode by_mail;
            by_mail.code = std::move(*given);
            request.email_verification = std::move(by_mail);
        } else {
            request.phone_code = std::move(*given);
        }
        auto answer = co_await tg.invoke(request);
        bool const mistyped = !answer && (answer.error().is_rpc("PHONE_CODE_INVALID") ||
                                          answer.error().is_rpc("PHONE_CODE_EMPTY"));
        if (!mistyped || !detail::takes_argument<Code, code_request> || ask.attempt == max_sign_in_attempts)
            done.emplace(std::move(answer));
    }
    if (!*done && done->error().is_rpc("SESSION_PASSWORD_NEEDED"))
        done.emplace(co_await check_password(tg, std::move(password)));
    if (!*done)
        co_return done->error();
    if (tl::holds<api::auth::authorizationSignUpRequired>(**done)) {
        if (!sign_up)
            co_return detail::sign_in_error("this number has no account yet; give a name to make one");
        api::auth::signUp request;
        request.phone_number = phone;
        request.phone_code_hash = waiting ? waiting->phone_code_hash : std::string();
        request.first_name = std::move(sign_up->first_name);
        request.last_name = std::move(sign_up->last_name);
        done.emplace(co_await tg.invoke(request));
        if (!*done)
            co_return done->error();
    }
    auto* const authorization = tl::get_if<api::auth::authorization>(**done);
    if (!authorization)
        co_return errc::wrong_result;
    detail::note_user(tg, authorization->user, phone);
    co_return std::move(authorization->user);
}

/// The same for a client that has the application's credentials in its options.
template <invoker Tg, class Code, class Password>
    requires requires(Tg& tg) { tg.options().api_hash; }
task<result<api::User>> sign_in(Tg& tg, std::string phone, Code code, Password password,
                                std::optional<new_account> sign_up = std::nullopt)
{
    return sign_in(tg, app_credentials{tg.options().api_id, tg.options().api_hash}, std::move(phone), std::move(code),
                   std::move(password), std::move(sign_up));
}

/// Signs in as a bot, with the token that `@BotFather` gave. errc::rpc with the server's words (ACCESS_TOKEN_INVALID, ...).
/// `tg` must outlive the task. https://core.telegram.org/method/auth.importBotAuthorization
template <invoker Tg>
task<result<api::User>> sign_in_bot(Tg& tg, app_credentials app, std::string token)
{
    api::auth::importBotAuthorization request;
    request.api_id = app.api_id;
    request.api_hash = std::move(app.api_hash);
    request.bot_auth_token = std::move(token);
    auto done = co_await tg.invoke(request);
    if (!done)
        co_return done.error();
    auto* const authorization = tl::get_if<api::auth::authorization>(*done);
    if (!authorization)
        co_return errc::wrong_result;
    detail::note_user(tg, authorization->user, {});
    co_return std::move(authorization->user);
}
/// The same for a client that has the application's credentials in its options.
template <invoker Tg>
    requires requires(Tg& tg) { tg.options().api_hash; }
task<result<api::User>> sign_in_bot(Tg& tg, std::string token)
{
    return sign_in_bot(tg, app_credentials{tg.options().api_id, tg.options().api_hash}, std::move(token));
}

/// Who is signed in; nothing if nobody is, that is where the server says 401. A client notes whose session it has.
/// `tg` must outlive the task.
template <invoker Tg>
task<result<std::optional<api::User>>> current_user(Tg& tg)
{
    api::users::getUsers request;
    request.id.emplace_back(api::inputUserSelf());
    auto found = co_await tg.invoke(request);
    if (!found && found.error().number() == 401)
        co_return std::optional<api::User>();
    if (!found)
        co_return found.error();
    if (found->empty())
        co_return std::optional<api::User>();
    detail::note_user(tg, found->front(), {});
    co_return std::optional<api::User>(std::move(found->front()));
}

/// Ends the session on the server; the key is of no use to the account any more. On failure nothing is forgotten.
/// `tg` must outlive the task. https://core.telegram.org/method/auth.logOut
template <invoker Tg>
task<result<>> sign_out(Tg& tg)
{
    api::auth::logOut const request;
    auto const done = co_await tg.invoke(request);
    if (!done)
        co_return done.error();
    if constexpr (requires { tg.signed_out(); })
        tg.signed_out();
    co_return result<>{};
}

} // namespace mtproto

#include "catch.hpp"
#include "run.hpp"

#include <mtproto/client/sign_in.hpp>

#include <map>

using namespace mtproto;
using test::run;

namespace {

/// An invoker that knows one account, as a server would.
struct account_server
{
    account_server()
    {
        crypto::seeded_random random(1);
        params.g = 3;
        params.p.assign(crypto::well_known_prime().begin(), crypto::well_known_prime().end());
        auto const salts = crypto::random_bytes<16>(random);
        params.salt1.assign(salts.begin(), salts.begin() + 8);
        params.salt2.assign(salts.begin() + 8, salts.end());
    }

    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request)
    {
        ++calls;
        return answer(request);
    }
    template <class Q>
    task<result<typename Q::result>> answer(Q)
    {
        co_return errc::bad_argument;
    }

    task<result<api::auth::SentCode>> answer(api::auth::sendCode request)
    {
        if (request.api_id != 7 || request.api_hash != "hash")
            co_return error::from_rpc(400, "API_ID_INVALID");
        api::auth::sentCodeTypeSms by_sms;
        by_sms.length = 5;
        api::auth::sentCode sent;
        sent.type = by_sms;
        sent.phone_code_hash = "abc";
        co_return api::auth::SentCode(std::move(sent));
    }
    task<result<api::auth::Authorization>> answer(api::auth::signIn request)
    {
        if (request.phone_code_hash != "abc" || request.phone_code != "12345")
            co_return error::from_rpc(400, "PHONE_CODE_INVALID");
        if (request.phone_number == "+2")
            co_return api::auth::Authorization(api::auth::authorizationSignUpRequired());
        if (!password.empty())
            co_return error::from_rpc(401, "SESSION_PASSWORD_NEEDED");
        co_return welcome("Ada");
    }
    task<result<api::auth::Authorization>> answer(api::auth::signUp request)
    {
        co_return welcome(request.first_name);
    }
    task<result<api::account::Password>> answer(api::account::getPassword)
    {
        crypto::system_random random;
        crypto::srp_params const views{params.salt1, params.salt2, static_cast<std::uint32_t>(params.g), params.p};
        verifier = crypto::srp_make_v(crypto::as_bytes(password), views);
        challenge = crypto::srp_server_challenge(views, verifier, random);
        api::account::password state;
        state.has_password = true;
        state.current_algo = params;
        state.srp_B.emplace(challenge.B.begin(), challenge.B.end());
        state.srp_id = 99;
        state.hint = "a poem";
        state.new_algo = api::passwordKdfAlgoUnknown();
        co_return api::account::Password(std::move(state));
    }
    task<result<api::auth::Authorization>> answer(api::auth::checkPassword request)
    {
        auto const* const proof = tl::get_if<api::inputCheckPasswordSRP>(request.password);
        crypto::srp_params const views{params.salt1, params.salt2, static_cast<std::uint32_t>(params.g), params.p};
        if (!proof || !crypto::srp_server_verify(views, verifier, challenge, proof->A, proof->M1))
            co_return error::from_rpc(400, "PASSWORD_HASH_INVALID");
        co_return welcome("Ada");
    }
    task<result<api::auth::Authorization>> answer(api::auth::importBotAuthorization request)
    {
        if (request.bot_auth_token != "1:token")
            co_return error::from_rpc(400, "ACCESS_TOKEN_INVALID");
        co_return welcome("Bot");
    }
    task<result<std::vector<api::User>>> answer(api::users::getUsers)
    {
        if (user_id == 0)
            co_return error::from_rpc(401, "AUTH_KEY_UNREGISTERED");
        api::user me;
        me.id = user_id;
        std::vector<api::User> found;
        found.emplace_back(std::move(me));
        co_return found;
    }
    task<result<api::auth::LoggedOut>> answer(api::auth::logOut) { co_return api::auth::LoggedOut(); }

    static api::auth::Authorization welcome(const std::string& name)
    {
        api::user user;
        user.id = 4711;
        user.first_name = name;
        api::auth::authorization done;
        done.user = std::move(user);
        return done;
    }

    // What a client does, and any invoker may.
    void signed_in(std::int64_t id, const std::string& number)
    {
        user_id = id;
        phone = number;
    }
    void signed_out() { user_id = 0; }
    struct credentials
    {
        std::int32_t api_id = 7;
        std::string api_hash = "hash";
    };
    const credentials& options() const { return given; }

    credentials given{};
    api::passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow params{};
    crypto::dh_value verifier{};
    crypto::srp_challenge challenge{};
    std::string password{};
    std::int64_t user_id = 0;
    std::string phone{};
    int calls = 0;
};

static_assert(invoker<account_server>);

std::string name_of(const result<api::User>& user)
{
    if (!user)
        return user.error().message();
    return tl::get_if<api::user>(*user)->first_name.value_or("");
}

std::string no_password()
{
    FAIL("nobody should ask for a password");
    return {};
}

} // namespace

TEST_CASE("sign in by code")
{
    account_server tg;
    code_request asked;
    auto const code = [&](const code_request& about) {
        asked = about;
        return std::string("12345");
    };
    CHECK(name_of(run(sign_in(tg, "+1", code, no_password))) == "Ada");
    CHECK(asked.phone == "+1");
    CHECK(asked.sent_by == "sms");
    CHECK(asked.length == 5);
    CHECK(tg.user_id == 4711);
    CHECK(tg.phone == "+1");

    auto const me = run(current_user(tg));
    REQUIRE(me.has_value());
    CHECK(me->has_value());
    CHECK(run(sign_out(tg)).has_value());
    CHECK(tg.user_id == 0);
    auto const nobody = run(current_user(tg));
    REQUIRE(nobody.has_value());
    CHECK_FALSE(nobody->has_value());
}

TEST_CASE("a mistyped code is asked for again, three times at most")
{
    account_server tg;
    int attempts = 0;
    auto const code = [&](const code_request& about) -> task<std::string> {
        attempts = about.attempt;
        co_return about.attempt < 3 ? "0" : "12345";
    };
    CHECK(name_of(run(sign_in(tg, "+1", code, no_password))) == "Ada");
    CHECK(attempts == 3);
    auto const wrong = [&](const code_request& about) {
        attempts = about.attempt;
        return std::string("0");
    };
    CHECK(run(sign_in(tg, "+1", wrong, no_password)).error().is_rpc("PHONE_CODE_INVALID"));
    CHECK(attempts == 3);
    int calls = 0;
    auto const blind = [&] {
        ++calls;
        return std::string("0");
    };
    CHECK(run(sign_in(tg, "+1", blind, no_password)).error().is_rpc("PHONE_CODE_INVALID"));
    CHECK(calls == 1);
}

TEST_CASE("a person may refuse to answer")
{
    account_server tg;
    auto const code = []() -> result<std::string> { return errc::cancelled; };
    CHECK(run(sign_in(tg, "+1", code, no_password)).error().is(errc::cancelled));
}

TEST_CASE("two-step verification")
{
    account_server tg;
    tg.password = "correct horse";
    auto const code = [] { return std::string("12345"); };
    std::string hint;
    auto const password = [&](const password_request& about) {
        hint = about.hint;
        return std::string(about.attempt == 1 ? "battery" : "correct horse");
    };
    CHECK(name_of(run(sign_in(tg, "+1", code, password))) == "Ada");
    CHECK(hint == "a poem");
    auto const wrong = [] { return std::string("staple"); };
    CHECK(run(sign_in(tg, "+1", code, wrong)).error().is_rpc("PASSWORD_HASH_INVALID"));
}

TEST_CASE("a number without an account")
{
    account_server tg;
    auto const code = [] { return std::string("12345"); };
    auto const refused = run(sign_in(tg, "+2", code, no_password));
    CHECK(refused.error().is(errc::bad_argument));
    new_account const name{"Grace", "H"};
    CHECK(name_of(run(sign_in(tg, "+2", code, no_password, name))) == "Grace");
}

TEST_CASE("bots and credentials")
{
    account_server tg;
    CHECK(name_of(run(sign_in_bot(tg, "1:token"))) == "Bot");
    CHECK(run(sign_in_bot(tg, "2:token")).error().is_rpc("ACCESS_TOKEN_INVALID"));
    app_credentials const other{8, "x"};
    auto const code = [] { return std::string("12345"); };
    CHECK(run(sign_in(tg, other, "+1", code, no_password)).error().is_rpc("API_ID_INVALID"));
}

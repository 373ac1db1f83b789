// The only file of the tool that compiles the client and the few types of the API that signing in takes.

#include "client_thread.hpp"

#include "console.hpp"
#include "local_sandbox.hpp"
#include "mtproxy.hpp"
#include "recording.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/sign_in.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace mtproto::apps {

struct client_thread::state
{
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::optional<mtproto::client> tg;
    std::chrono::seconds timeout{30};
    std::mutex mutex; // of the handler, held while it runs
    std::function<void(const std::vector<std::byte>&)> handler;
    std::thread thread;

    ~state()
    {
        if (thread.joinable()) {
            (void)run(tg->close());
            tg.reset();
            work.reset();
            thread.join();
        }
    }
    // Asks on the thread that waits in sign_in(): a person may think for minutes, and pings must go on.
    static task<result<std::string>> ask(state& self, std::function<std::optional<std::string>()> how,
                                         error otherwise)
    {
        boost::asio::steady_timer answered(self.io, boost::asio::steady_timer::time_point::max());
        std::optional<std::string> answer;
        {
            std::lock_guard const lock(self.question_mutex);
            self.question = [&] {
                auto given = how();
                boost::asio::post(self.io, [&answer, &answered, given = std::move(given)]() mutable {
                    answer = std::move(given);
                    answered.cancel();
                });
            };
        }
        self.asked.notify_one();
        boost::system::error_code ignored;
        co_await answered.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        if (!answer)
            co_return otherwise;
        co_return std::move(*answer);
    }

    std::mutex question_mutex; // of the next two
    std::function<void()> question;
    bool done = false;
    std::condition_variable asked;

    // Runs a coroutine on the client's thread and waits for what it returns.
    template <class T>
    T run(task<T> what)
    {
        return boost::asio::co_spawn(io, std::move(what), boost::asio::use_future).get();
    }
};

namespace {

// A stored session whose server is now found at another address.
struct redirected
{
    any_storage inner;
    transport::endpoint address;

    result<std::optional<session_data>> load()
    {
        auto loaded = inner.load();
        if (loaded && *loaded && (*loaded)->auth_key) {
            (*loaded)->ip = address.host;
            (*loaded)->port = address.port;
        }
        return loaded;
    }
    result<> save(const session_data& data) { return inner.save(data); }
};

} // namespace

client_thread::client_thread(std::unique_ptr<state> with) : state_(std::move(with)) {}
client_thread::~client_thread() = default;

void use(const local_sandbox& sandbox, client_setup& setup)
{
    setup.connection.address =
        (sandbox.host().find(':') == std::string::npos ? sandbox.host() : '[' + sandbox.host() + ']') + ':' +
        std::to_string(sandbox.port());
    setup.connection.dc = sandbox.dc();
    setup.public_key = sandbox.public_key_pem();
    if (setup.api_id == 0) {
        setup.api_id = 1;
        setup.api_hash = "sandbox";
    }
}

result<std::unique_ptr<client_thread>> client_thread::open(client_setup setup)
{
    auto const& wanted = setup.connection;
    client_options options;
    options.api_id = setup.api_id;
    options.api_hash = setup.api_hash;
    options.device_model = "mtproto command line";
    options.test_mode = wanted.test;
    options.use_ipv6 = wanted.ipv6;
    options.use_environment = setup.use_environment;
    options.storage = std::move(setup.storage);
    if (wanted.dc != 0)
        options.dc = wanted.dc;
    if (!wanted.public_key.empty()) {
        auto pem = read_text(wanted.public_key);
        if (!pem)
            return pem.error();
        setup.public_key = std::move(*pem);
    }
    if (!setup.public_key.empty()) {
        auto key = crypto::rsa_public_key::from_pem(setup.public_key);
        if (!key)
            return error(errc::bad_argument,
                         (wanted.public_key.empty() ? "the public key" : wanted.public_key) + ": " +
                             key.error().text());
        options.keys.push_back(std::move(*key));
    }
    if (!wanted.address.empty()) {
        auto address = parse_endpoint(wanted.address);
        if (!address)
            return error(errc::bad_argument, address.error().text());
        options.storage = any_storage(redirected{std::move(options.storage), *address});
        options.data_centres.push_back({options.dc, std::move(*address), false});
    }
    if (!wanted.transport.empty()) {
        using transport::framing_kind;
        options.obfuscated = wanted.transport == "obfuscated";
        options.framing = wanted.transport == "full"       ? framing_kind::full
                          : wanted.transport == "padded"   ? framing_kind::padded_intermediate
                          : wanted.transport == "abridged" ? framing_kind::abridged
                                                           : framing_kind::intermediate;
    }
    if (!wanted.mtproxy.empty()) {
        auto proxy = parse_mtproxy(wanted.mtproxy);
        if (!proxy)
            return proxy.error();
        options.mtproxy = std::move(proxy->server);
        options.mtproxy_secret = std::move(proxy->secret);
    }
    std::chrono::seconds const timeout(wanted.timeout);
    options.connect_timeout = std::min<client_options::duration>(options.connect_timeout, timeout);
    options.handshake_timeout = std::min<client_options::duration>(options.handshake_timeout, timeout);

    attach_recording(options);
    auto made = std::make_unique<state>();
    made->timeout = timeout;
    made->tg.emplace(made->io, std::move(options));
    made->tg->on_raw_update([raw = made.get()](const std::vector<std::byte>& body) {
        std::lock_guard const lock(raw->mutex);
        if (raw->handler)
            raw->handler(body);
    });
    made->thread = std::thread([raw = made.get()] { raw->io.run(); });
    return std::unique_ptr<client_thread>(new client_thread(std::move(made)));
}

result<> client_thread::connect()
{
    // A client waits as long as it takes for a server that says nothing at all; a person does not.
    auto up = boost::asio::co_spawn(state_->io, state_->tg->connect(), boost::asio::use_future);
    if (up.wait_for(3 * state_->timeout) != std::future_status::ready)
        return error(errc::timed_out, "the server took the connection but said nothing");
    return up.get();
}

result<> client_thread::sign_in(const std::string& phone, const sign_in_answers& answers)
{
    auto& self = *state_;
    auto const code = [&](const code_request& what) {
        auto const why = what.attempt > 1 ? error::from_rpc(400, "PHONE_CODE_INVALID")
                                          : error(errc::bad_argument, "no code was given; --code takes it");
        return state::ask(self, [&answers, what] { return answers.code(what.sent_by, what.attempt); }, why);
    };
    auto const password = [&](const password_request& what) {
        auto const why = what.attempt > 1
                             ? error::from_rpc(400, "PASSWORD_HASH_INVALID")
                             : error(errc::bad_argument, "no password was given; --password-file takes it");
        return state::ask(self, [&answers, what] { return answers.password(what.hint, what.attempt); }, why);
    };
    std::optional<new_account> sign_up;
    if (!answers.first_name.empty())
        sign_up = new_account{answers.first_name, answers.last_name};
    self.done = false;
    result<> outcome;
    boost::asio::co_spawn(self.io, mtproto::sign_in(*self.tg, phone, code, password, std::move(sign_up)),
                          [&](std::exception_ptr thrown, const result<mtproto::api::User>& user) {
                              std::lock_guard const lock(self.question_mutex);
                              if (thrown)
                                  outcome = error(errc::wrong_result, "the sign-in ended unexpectedly");
                              else if (!user)
                                  outcome = user.error();
                              self.done = true;
                              self.asked.notify_one();
                          });
    std::unique_lock lock(self.question_mutex);
    while (!self.done) {
        self.asked.wait(lock, [&] { return self.done || self.question; });
        if (auto const question = std::exchange(self.question, nullptr)) {
            lock.unlock();
            question();
            lock.lock();
        }
    }
    return outcome;
}

result<> client_thread::sign_in_bot(const std::string& token)
{
    auto const done = state_->run(mtproto::sign_in_bot(*state_->tg, token));
    return done ? result<>() : result<>(done.error());
}

result<> client_thread::sign_out() { return state_->run(mtproto::sign_out(*state_->tg)); }

result<std::vector<std::byte>> client_thread::invoke(std::vector<std::byte> request)
{
    invoke_options how;
    how.timeout = state_->timeout;
    return state_->run(state_->tg->invoke_raw(std::move(request), how));
}

void client_thread::on_update(std::function<void(const std::vector<std::byte>&)> handler)
{
    std::lock_guard const lock(state_->mutex);
    state_->handler = std::move(handler);
}

session_data client_thread::session() { return state_->run(state_->tg->session()).value(); }

} // namespace mtproto::apps

#include "phone.hpp"

#include "../../../apps/mtproto/local_sandbox.hpp"
#include "../../../apps/mtprotod/pump.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/sign_in.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <thread>

namespace proxy_test {

using namespace mtproto;
namespace asio = boost::asio;

struct phone::state
{
    explicit state(client_options options) : tg(io, std::move(options)) {}

    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    mtproto::client tg;
    std::int64_t user_id = 0;
    std::thread thread{[this] { io.run(); }};
};

namespace {

task<result<std::int64_t>> sign_in_phone(client& tg, const destination& user)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const code = [&] { return user.code; };
    auto const password = [&] { return user.password; };
    auto const who = co_await sign_in(tg, user.phone, code, password);
    if (!who)
        co_return who.error();
    auto const* const known = tl::get_if<api::user>(*who);
    co_return known ? known->id : 0;
}

} // namespace

phone::phone(const apps::local_sandbox& data_centre, const apps::sandbox_user& user)
    : phone(destination{data_centre.dc(), data_centre.host(), data_centre.port(), data_centre.public_key_pem(), user.phone, user.code,
                        user.password})
{
}
phone::phone(const destination& to)
{
    client_options options;
    options.api_id = 1;
    options.api_hash = "test";
    options.use_environment = false;
    options.dc = to.dc;
    options.data_centres.push_back({to.dc, {to.host, to.port}});
    options.keys.push_back(crypto::rsa_public_key::from_pem(to.public_key).value());
    state_ = std::make_unique<state>(std::move(options));
    auto done = asio::co_spawn(state_->io, sign_in_phone(state_->tg, to), asio::use_future);
    state_->user_id = done.get().value();
}
phone::~phone()
{
    close();
    state_->work.reset();
    state_->thread.join();
}
client& phone::client() { return state_->tg; }
std::int64_t phone::user_id() const { return state_->user_id; }
void phone::pump_into(proxy::server& server, const std::string& name)
{
    asio::co_spawn(state_->io, daemon::publish_updates(state_->tg, server, name, [](const error&) {}), asio::detached);
}
void phone::close() { (void)asio::co_spawn(state_->io, state_->tg.close(), asio::use_future).get(); }

} // namespace proxy_test

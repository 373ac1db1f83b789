// What becomes of a call that its gRPC client gives up: Telegram is told, by rpc_drop_answer.
#include "phone.hpp"

#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

#include <mtproto/proxy/api_methods.hpp>
#include <mtproto/proxy/client_account.hpp>
#include <mtproto/sandbox/data_centre.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

using namespace proxy_test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t get_users = 0x0d91a548;
/// ReqUsersGetUsers { id: { input_user_self {} } }, by the numbers of proto/mtproto.
const std::string get_self("\x0a\x02\x12\x00", 4);

/// A data centre whose answers can be lost, so that a call is applied and still waits.
class forgetful_data_centre
{
public:
    forgetful_data_centre()
    {
        sandbox::user_options ada;
        ada.phone = "+15550001";
        ada.first_name = "Ada";
        dc_.add_user(ada).value();
        at_ = dc_.listen().value();
    }
    ~forgetful_data_centre()
    {
        dc_.stop();
        work_.reset();
        thread_.join();
    }
    forgetful_data_centre(const forgetful_data_centre&) = delete;
    forgetful_data_centre& operator=(const forgetful_data_centre&) = delete;

    destination ada() const { return {dc_.dc(), at_.host, at_.port, dc_.public_key_pem(), "+15550001", "12345"}; }
    void lose_answers(bool all)
    {
        sandbox::fault_plan plan;
        plan.drop_percent = all ? 100 : 0;
        dc_.misbehave(plan);
    }
    bool has_called(int times) const
    {
        return eventually([&] { return dc_.ledger().calls(get_users) >= times; });
    }
    bool has_dropped(std::size_t calls) const
    {
        return eventually([&] { return dc_.ledger().dropped().size() >= calls; });
    }
    std::size_t dropped() const { return dc_.ledger().dropped().size(); }

private:
    template <class F>
    static bool eventually(F question)
    {
        auto const end = std::chrono::steady_clock::now() + 30s;
        while (!question() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(5ms);
        return question();
    }

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    sandbox::data_centre dc_{io_.get_executor()};
    transport::endpoint at_{};
    std::thread thread_{[this] { io_.run(); }};
};

} // namespace

TEST_CASE("a cancelled call, and one that ran out of time, are dropped at the data centre", "[proxy][sandbox]")
{
    forgetful_data_centre data_centre;
    phone ada(data_centre.ada());
    proxy::server server(quiet_options(), std::make_shared<proxy::api_methods>());
    REQUIRE(server.add_account("ada", std::make_shared<proxy::client_account>(ada.client())));
    REQUIRE(server.start());
    grpc_client const to("127.0.0.1:" + std::to_string(server.ports().at(0)));
    REQUIRE(to.call("UsersGetUsers", get_self).code == 0);
    CHECK(data_centre.dropped() == 0); // what is answered is not dropped

    data_centre.lose_answers(true);
    stream given_up(to, "/mtproto.Mtproto/UsersGetUsers");
    REQUIRE(given_up.write(get_self));
    given_up.writes_done();
    REQUIRE(data_centre.has_called(2));
    CHECK(data_centre.dropped() == 0);
    given_up.cancel();
    CHECK(given_up.finish().code == 1);
    CHECK(data_centre.has_dropped(1));

    // 4 is DEADLINE_EXCEEDED. The call reached the data centre before its time was over.
    CHECK(to.call("UsersGetUsers", get_self, {.timeout = 2s}).code == 4);
    CHECK(data_centre.has_called(3));
    CHECK(data_centre.has_dropped(2));

    // Nothing else suffers.
    data_centre.lose_answers(false);
    CHECK(to.call("UsersGetUsers", get_self).code == 0);
    CHECK(data_centre.dropped() == 2);
    server.shutdown();
}

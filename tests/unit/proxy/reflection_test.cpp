#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

#include <mtproto/proxy/health.hpp>
#include <mtproto/proxy/reflection.hpp>

using namespace proxy_test;
using proxy::detail::put_number;
using proxy::detail::put_text;

namespace {

std::string named(std::string_view name)
{
    std::string out;
    put_text(out, 1, name);
    return out;
}
/// FileDescriptorProtos: a.proto with message p.A { x; Inner { y } }, b.proto with service p.S { Do } that imports it.
std::vector<std::string> files()
{
    std::string inner = named("Inner");
    put_text(inner, 2, named("y"));
    std::string message = named("A");
    put_text(message, 2, named("x"));
    put_text(message, 3, inner);
    std::string a = named("a.proto");
    put_text(a, 2, "p");
    put_text(a, 4, message);
    std::string service = named("S");
    put_text(service, 2, named("Do"));
    std::string b = named("b.proto");
    put_text(b, 2, "p");
    put_text(b, 3, "a.proto");
    put_text(b, 6, service);
    return {a, b};
}
std::string ask(std::uint32_t number, std::string_view what)
{
    std::string out;
    put_text(out, 1, "host");
    put_text(out, number, what);
    return out;
}

} // namespace

TEST_CASE("reflection lists, and finds files by name and by symbol", "[proxy][reflection]")
{
    auto const all = files();
    proxy::reflection const by({all[0], all[1]});
    CHECK(by.services() == std::vector<std::string>{"p.S"});

    auto const answer = [&](const std::string& request) {
        proxy::reflection::sent_files sent;
        return by.answer(request, sent).value();
    };
    auto const list = answer(ask(7, "*"));
    CHECK(field(list, 1) == "host");
    CHECK(field(list, 2) == ask(7, "*"));
    CHECK(field(field(field(list, 6), 1), 1) == "p.S");

    auto const files_of = [&](std::uint32_t number, std::string_view what) { return fields(field(answer(ask(number, what)), 4), 1); };
    CHECK(files_of(3, "a.proto") == std::vector<std::string>{all[0]});
    CHECK(files_of(3, "b.proto") == std::vector<std::string>{all[1], all[0]});
    CHECK(files_of(4, "p.S") == std::vector<std::string>{all[1], all[0]});
    CHECK(files_of(4, "p.S.Do").size() == 2);
    CHECK(files_of(4, "p.A.x").size() == 1);
    CHECK(files_of(4, "p.A.Inner").size() == 1);
    CHECK(files_of(4, "p.A.Inner.y").size() == 1);
    for (auto const* const missing : {"p.A.z", "p.A.Inner.z", "p.A.x.y", "q.A", "p", "", ".", "p.S."})
        CHECK(field(field(answer(ask(4, missing)), 7), 1) == "5");
    CHECK(field(field(answer(ask(3, "c.proto")), 7), 1) == "5");
    CHECK(field(field(answer(ask(5, "")), 7), 1) == "5");
    CHECK(field(field(answer(ask(6, "p.A")), 7), 1) == "5");
    CHECK(field(field(answer(""), 7), 1) == "3");
    proxy::reflection::sent_files sent;
    CHECK_FALSE(by.answer("\x0a", sent));
    // An import is sent once a stream.
    CHECK(fields(field(by.answer(ask(4, "p.A"), sent).value(), 4), 1).size() == 1);
    CHECK(fields(field(by.answer(ask(4, "p.S"), sent).value(), 4), 1).size() == 1);
    CHECK(fields(field(by.answer(ask(4, "p.A"), sent).value(), 4), 1).size() == 1);
}

TEST_CASE("a server answers both versions of reflection", "[proxy][reflection]")
{
    auto const bridge = std::make_shared<fake_bridge>();
    bridge->files = files();
    served by(quiet_options(), bridge);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    for (auto const* const version : {"v1", "v1alpha"}) {
        stream talk(to, std::string("/grpc.reflection.") + version + ".ServerReflection/ServerReflectionInfo");
        REQUIRE(talk.write(ask(7, "*")));
        std::vector<std::string> names;
        for (auto const& service : fields(field(talk.read().value_or(""), 6), 1))
            names.push_back(field(service, 1));
        CHECK(names == std::vector<std::string>{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                                "grpc.reflection.v1alpha.ServerReflection", "p.S"});
        REQUIRE(talk.write(ask(4, "grpc.health.v1.HealthCheckResponse.ServingStatus")));
        CHECK(fields(field(talk.read().value_or(""), 4), 1).size() == 1);
        // With what it imports.
        REQUIRE(talk.write(ask(4, "google.rpc.ErrorInfo")));
        CHECK(fields(field(talk.read().value_or(""), 4), 1).size() == 2);
        REQUIRE(talk.write(ask(4, "p.A")));
        CHECK(fields(field(talk.read().value_or(""), 4), 1).size() == 1);
        talk.writes_done();
        CHECK(talk.finish().code == 0);
    }
    stream talk(to, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    REQUIRE(talk.write("\x0a"));
    CHECK(talk.finish().code == 3);
}

TEST_CASE("reflection can be off", "[proxy][reflection]")
{
    auto options = quiet_options();
    options.reflection = false;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    CHECK(to.call("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "").code == 12);
}

TEST_CASE("health says how accounts are", "[proxy][health]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    auto const check = [&](std::string_view service) {
        std::string request;
        put_text(request, 1, service);
        return to.call("/grpc.health.v1.Health/Check", request);
    };
    CHECK(check("").body == "\x08\x01");
    CHECK(to.call("/grpc.health.v1.Health/Check", "").body == "\x08\x01");
    CHECK(check("one").body == "\x08\x01");
    CHECK(check("mtproto.Mtproto").body == "\x08\x01");
    CHECK(check("two").code == 5);
    by.account->up = false;
    CHECK(check("one").body == "\x08\x02");
    CHECK(check("").body == "\x08\x01");
    CHECK(to.call("/grpc.health.v1.Health/Check", "\x0a").code == 3);

    std::string request;
    put_text(request, 1, "one");
    stream watch(to, "/grpc.health.v1.Health/Watch");
    REQUIRE(watch.write(request));
    watch.writes_done();
    CHECK(watch.read() == "\x08\x02");
    by.account->up = true;
    CHECK(watch.read() == "\x08\x01");
    stream unknown(to, "/grpc.health.v1.Health/Watch");
    put_text(request, 1, "two");
    REQUIRE(unknown.write(request));
    CHECK(unknown.read() == "\x08\x03");
    REQUIRE(by.server.add_account("two", std::make_shared<fake_account>("two")));
    CHECK(unknown.read() == "\x08\x01");

    by.server.drain();
    CHECK(watch.read() == "\x08\x02"); // before it ends
    CHECK(watch.read() == std::nullopt);
    auto const ended = watch.finish();
    CHECK(ended.code == 14);
    CHECK(ended.message.find("draining") != std::string::npos);
    CHECK(check("").body == "\x08\x02");
}

#include "catch.hpp"
#include "test_server.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/wire_recorder.hpp>

#include <filesystem>
#include <fstream>

using namespace mtproto;
using namespace std::chrono_literals;

namespace {

using method = api::help::getNearestDc;

struct folder
{
    folder() { std::filesystem::create_directories(path); }
    ~folder() { std::filesystem::remove_all(path); }

    std::vector<std::string> lines(const char* name) const
    {
        std::ifstream file(path / name);
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);)
            all.push_back(line);
        return all;
    }
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("mtproto-wire-" + std::to_string(::getpid()));
};

} // namespace

TEST_CASE("lines of recordings and of keys are read as they were written")
{
    wire_record sent;
    sent.event = wire_event::sent;
    sent.time = 1763862000123456;
    sent.connection = 3;
    sent.packet = {std::byte{1}, std::byte{2}, std::byte{255}};
    auto line = to_line(sent);
    REQUIRE(line.back() == '\n');
    line.pop_back();
    auto const read = parse_wire_record(line);
    REQUIRE(read.has_value());
    CHECK(read->event == wire_event::sent);
    CHECK(read->time == sent.time);
    CHECK(read->connection == 3);
    CHECK(read->packet == sent.packet);
    for (std::size_t cut = 1; cut < line.size(); ++cut)
        CHECK(parse_wire_record(line.substr(0, cut)).error().is(errc::truncated));
    CHECK(parse_wire_record("[]").error().is(errc::bad_json));
    CHECK(parse_wire_record(R"({"event":"eaten"})").error().is(errc::bad_json));
    CHECK(parse_wire_record(R"({"event":"sent","packet":"?"})").error().is(errc::bad_json));
    CHECK(parse_wire_header(R"({"mtproto_recording":2})").error().is(errc::bad_json));
    CHECK(*parse_wire_header(wire_header(229)) == 229);

    std::array<std::byte, 256> bytes{};
    bytes[7] = std::byte{7};
    wire_key const key{crypto::auth_key(bytes), 2, 1763948400};
    auto const text = to_line(key);
    auto const back = parse_wire_key(text);
    REQUIRE(back.has_value());
    CHECK(back->key == key.key);
    CHECK(back->expires_at == key.expires_at);
    auto other = text;
    auto const at = other.find("auth_key_id\":\"") + 14;
    other[at] = other[at] == '0' ? '1' : '0';
    auto const wrong = parse_wire_key(other);
    CHECK(wrong.error().is(errc::bad_json));
    CHECK(wrong.error().text().find(tl::base64_encode(bytes)) == std::string::npos);
}

TEST_CASE("what a client sends and receives is recorded, and opens with the recorded keys")
{
    folder where;
    bool temporary = false;
    SECTION("permanent keys") {}
    SECTION("temporary keys") { temporary = true; }

    boost::asio::io_context io;
    auto const dc = std::make_shared<test::server>(io.get_executor(), 2, [](test::peer& from, const session::request& call) {
        if (tl::reader(call.body).peek_id() == api::auth::bindTempAuthKey::tl_id)
            return from.answer(call.msg_id, true);
        api::nearestDc answer;
        answer.country = "canary";
        from.answer(call.msg_id, answer);
    });
    dc->start();
    auto options = dc->options();
    CHECK_FALSE(options.make_transport); // nothing is in the way of who does not ask for it
    options.temporary_keys = temporary;
    auto const recorder = wire_recorder::open((where.path / "wire").string(), (where.path / "keys").string(), api::layer);
    REQUIRE(recorder.has_value());
    (*recorder)->attach(options);
    crypto::auth_key const* permanent = nullptr;
    session_data data;
    {
        client tg(io, options);
        REQUIRE(test::run(io, tg.connect()).has_value());
        for (int i = 0; i < 2; ++i) {
            method const request;
            REQUIRE(test::run(io, tg.invoke_raw(tl::encode(request).value())).has_value());
            dc->close_connections();
            test::pass(io, 50ms);
        }
        data = test::run(io, tg.session()).value();
        permanent = &*data.auth_key;
        CHECK(test::run(io, tg.close()).has_value());
    }
    dc->stop();
    auto const events = (*recorder)->finish();
    REQUIRE(events.has_value());

    for (auto const* const name : {"wire", "keys"}) {
        struct ::stat about{};
        REQUIRE(::stat((where.path / name).c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
    }
    auto const key_lines = where.lines("keys");
    std::map<std::uint64_t, crypto::auth_key> keys;
    for (std::size_t i = 1; i < key_lines.size(); ++i) {
        auto const key = parse_wire_key(key_lines[i]);
        REQUIRE(key.has_value());
        CHECK(key->expires_at.has_value() == temporary);
        keys.emplace(key->key.id(), key->key);
    }
    // A key that nothing was encrypted with is nobody's business.
    CHECK(keys.contains(permanent->id()) == !temporary);
    CHECK(keys.size() == 1);

    auto const lines = where.lines("wire");
    CHECK(parse_wire_header(lines.front()).has_value());
    CHECK(parse_wire_record(lines.back())->event == wire_event::end);
    CHECK(parse_wire_record(lines.back())->number == *events);
    CHECK(lines.size() == static_cast<std::size_t>(*events) + 2);
    int opened = 0;
    int closed = 0;
    int calls = 0;
    int answers = 0;
    std::int64_t time = 0;
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
        auto const record = parse_wire_record(lines[i]);
        REQUIRE(record.has_value());
        CHECK(record->time >= time);
        time = record->time;
        opened += record->event == wire_event::opened ? 1 : 0;
        closed += record->event == wire_event::closed ? 1 : 0;
        if (record->packet.empty())
            continue;
        CHECK(record->connection == opened);
        auto const id = session::peek_auth_key_id(record->packet).value();
        if (id == 0)
            continue;
        auto const key = keys.find(id);
        REQUIRE(key != keys.end());
        bool const sent = record->event == wire_event::sent;
        test::bytes scratch;
        auto const packet = session::open(
            key->second, sent ? crypto::direction::client_to_server : crypto::direction::server_to_client, record->packet, scratch);
        REQUIRE(packet.has_value());
        auto const text = std::string(reinterpret_cast<const char*>(packet->body.data()), packet->body.size());
        answers += !sent && text.find("canary") != std::string::npos ? 1 : 0;
        method const request;
        auto const body = tl::encode(request).value();
        calls += sent && text.find(std::string(reinterpret_cast<const char*>(body.data()), body.size())) != std::string::npos ? 1 : 0;
    }
    CHECK(opened >= 2);
    CHECK(opened == closed);
    CHECK(calls == 2);
    CHECK(answers == 2);
}

TEST_CASE("a recording that cannot be made is told")
{
    auto const made = wire_recorder::open("/nowhere/at/all", "/nowhere/keys", api::layer);
    REQUIRE(made.has_error());
    CHECK(made.error().is(errc::storage_failed));
    CHECK(made.error().text().find("/nowhere/at/all") != std::string::npos);
}

#include "log.hpp"

#include "catch.hpp"
#include "redact.hpp"

#include <boost/json/parse.hpp>

using namespace mtproto::daemon;

TEST_CASE("a line of text quotes what needs it", "[log]")
{
    CHECK(log_text(log_format::text, "call", {{"method", "UsersGetUsers"}, {"seconds", 0.25}, {"tls", true}, {"size", 17}}) ==
          "call method=UsersGetUsers seconds=0.25 tls=true size=17");
    CHECK(log_text(log_format::text, "x", {{"why", "two words"}}) == "x why=\"two words\"");
    CHECK(log_text(log_format::text, "x", {{"why", "a=b"}}) == "x why=\"a=b\"");
    CHECK(log_text(log_format::text, "x", {{"why", ""}}) == "x why=\"\"");
}

TEST_CASE("no value can end a line or forge another field", "[log]")
{
    CHECK(log_text(log_format::json, "x", {{"why", "a\xff"}}) == "\"event\":\"x\",\"why\":\"a\xef\xbf\xbd\"");
    std::string const evil = "x\"\n{\"level\":\"info\"}\x1b[2J";
    auto const text = log_text(log_format::text, "call", {{"why", evil}});
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    auto const json = boost::json::parse("{" + log_text(log_format::json, "call", {{"why", evil}, {"n", 1}}) + "}");
    CHECK(json.as_object().size() == 3);
    CHECK(json.at("why").as_string() == evil);
}

TEST_CASE("secrets do not reach a line", "[log]")
{
    secrets().add("canary-value");
    for (auto const format : {log_format::text, log_format::json}) {
        auto const line = log_text(format, "failed canary-value", {
                                                                      {"why", "server said canary-value"},
                                                                      {"api_hash", "another"},
                                                                      {"password", 12345},
                                                                      {"phone", "+15550001"},
                                                                  });
        INFO(line);
        CHECK(line.find("canary-value") == std::string::npos);
        CHECK(line.find("another") == std::string::npos);
        CHECK(line.find("12345") == std::string::npos);
        CHECK(line.find("15550001") == std::string::npos);
    }
}

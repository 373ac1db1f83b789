#include "settings.hpp"

#include "catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace mtproto;
using namespace mtproto::daemon;

namespace {

class folder
{
public:
    folder()
    {
        char name[] = "/tmp/mtprotod-settings-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name, const std::string& text, unsigned mode = 0600) const
    {
        auto const path = (path_ / name).string();
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }

private:
    std::filesystem::path path_;
};

bool says(const std::string& text, std::string_view part)
{
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

std::string refusal(const folder& in, const std::string& text)
{
    auto const read = read_configuration(in.file("c.toml", text));
    return read ? std::string() : read.error().text();
}

} // namespace

TEST_CASE("accounts are named by their files or before them", "[settings]")
{
    CHECK(parse_account("me.json").name == "me");
    CHECK(parse_account("/opt/a.b/work.json").name == "work");
    CHECK(parse_account("work=me.json").name == "work");
    CHECK(parse_account("work=me.json").secrets == "me.json");
    CHECK(parse_account("/a=b/me.json").secrets == "/a=b/me.json");
}

TEST_CASE("a whole configuration", "[settings]")
{
    folder const in;
    auto const secret = in.file("secret", "another-long-secret-0123\n");
    auto const read = read_configuration(in.file("c.toml", R"(
listen = ["127.0.0.1:4000", "unix:/run/x"]
metrics = "9464"
log-level = "debug"
log-format = "json"
drain = 2.5
max-calls = 8
reflection = false
socket-mode = "0660"

[tls]
cert = "c.pem"
key = "k.pem"

[account.work]
secrets = "work.json"
[account.bot]
secrets = "bot.json"

[token.all]
token = "a-long-secret-#,'0123"
[token.few]
token-file = ")" + secret + R"("
methods = ["messages.get*", "UsersGetUsers"]
accounts = "bot"
rate = 0.5
)"));
    REQUIRE(read.has_value());
    CHECK(read->listen.size() == 2);
    CHECK(read->metrics == "9464");
    CHECK(read->level == log_level::debug);
    CHECK(read->format == log_format::json);
    CHECK(read->drain == std::chrono::milliseconds(2500));
    CHECK(read->max_calls == 8u);
    CHECK(read->reflection == false);
    CHECK(read->socket_mode == 0660u);
    CHECK(read->tls_key == "k.pem");
    CHECK(read->accounts.size() == 2);
    REQUIRE(read->inline_tokens.size() == 2);
    CHECK(read->inline_tokens[0].secret == "a-long-secret-#,'0123");
    CHECK(read->inline_tokens[0].methods == std::vector<std::string>{"*"});
    CHECK(read->inline_tokens[1].secret == "another-long-secret-0123");
    CHECK(read->inline_tokens[1].methods == std::vector<std::string>{"MessagesGet*", "UsersGetUsers"});
    CHECK(read->inline_tokens[1].accounts == std::vector<std::string>{"bot"});
    CHECK(read->inline_tokens[1].calls_per_second == 0.5);
}

TEST_CASE("what is wrong is said with its line, and without the value", "[settings]")
{
    folder const in;
    CHECK(says(refusal(in, "\nprot = 1\n"), "c.toml:2"));
    CHECK(says(refusal(in, "\nprot = 1\n"), "did you mean port"));
    CHECK(says(refusal(in, "socket-mode = \"0999\""), "octal"));
    CHECK(says(refusal(in, "port = 70000"), "'port' is a number"));
    CHECK(says(refusal(in, "log-level = \"loud\""), "'log-level' is trace"));
    CHECK(says(refusal(in, "[account.x]\n"), "needs 'secrets'"));
    CHECK(says(refusal(in, "[token.x]\nmethods = \"*\"\n"), "needs 'token'"));
    auto const broken = refusal(in, "[token.x]\ntoken = canary-secret-0123456789\n");
    CHECK(says(broken, "c.toml:2"));
    CHECK_FALSE(says(broken, "canary"));
    auto const number = refusal(in, "[token.x]\ntoken = 123456789\n");
    CHECK_FALSE(says(number, "123456789"));
    CHECK(read_configuration("/nonexistent").error().is(errc::bad_argument));
}

TEST_CASE("secrets that everybody can read are refused", "[settings]")
{
    folder const in;
    std::string const text = "[x]\ntoken = \"a-long-secret-0123456789\"\n";
    CHECK(read_tokens(in.file("closed", text)).has_value());
    CHECK(read_tokens(in.file("group", text, 0640)).has_value());
    CHECK(says(read_tokens(in.file("open", text, 0644)).error().text(), "chmod 600"));
    CHECK_FALSE(read_configuration(in.file("open.toml", "[token.x]\ntoken = \"a-long-secret-0123456789\"\n", 0644)).has_value());
    CHECK(read_configuration(in.file("plain.toml", "port = 1\n", 0644)).has_value());
    CHECK(says(read_tokens(in.file("empty", "")).error().text(), "no token"));
}

TEST_CASE("arguments come before the file", "[settings]")
{
    settings upper;
    settings lower;
    lower.listen = {"unix:/x"};
    lower.accounts = {{"a", "a.json"}};
    lower.level = log_level::debug;
    upper.level = log_level::error;
    auto const both = merged(upper, lower);
    CHECK(both.level == log_level::error);
    CHECK(both.accounts.size() == 1);
    CHECK(both.listen.size() == 1);
    upper.port = 5;
    CHECK(merged(upper, lower).listen.empty());
}

TEST_CASE("options of the server", "[settings]")
{
    folder const in;
    settings from;
    auto options = server_options_of(from);
    REQUIRE(options.has_value());
    CHECK(options->listen == std::vector<std::string>{"127.0.0.1:11011"});
    from.port = 0;
    CHECK(server_options_of(from)->listen == std::vector<std::string>{"127.0.0.1:0"});
    from.tls_cert = in.file("c.pem", "-----BEGIN CERTIFICATE-----\n");
    CHECK(says(server_options_of(from).error().text(), "--tls-key"));
    from.tls_key = in.file("k.pem", "-----BEGIN PRIVATE KEY-----\n", 0644);
    CHECK(says(server_options_of(from).error().text(), "chmod 600"));
    ::chmod(from.tls_key.c_str(), 0600);
    CHECK(server_options_of(from)->tls.chain.starts_with("-----BEGIN CERT"));
    from.tls_cert = in.file("n.pem", "no pem");
    CHECK(says(server_options_of(from).error().text(), "PEM"));
}

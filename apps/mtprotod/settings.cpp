#include "settings.hpp"

#include "redact.hpp"

#include "../mtproto/console.hpp"
#include "../mtproto/suggest.hpp"

#include <toml++/toml.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>

namespace mtproto::daemon {

using apps::read_text;

std::optional<log_level> parse_log_level(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, log_level>, 6> levels{{{"trace", log_level::trace},
                                                                                   {"debug", log_level::debug},
                                                                                   {"info", log_level::info},
                                                                                   {"warning", log_level::warning},
                                                                                   {"error", log_level::error},
                                                                                   {"off", log_level::off}}};
    for (auto const& [name, level] : levels)
        if (name == text)
            return level;
    return std::nullopt;
}

std::optional<log_format> parse_log_format(std::string_view text)
{
    if (text == "text")
        return log_format::text;
    if (text == "json")
        return log_format::json;
    return std::nullopt;
}

std::optional<unsigned> parse_mode(std::string_view text)
{
    unsigned mode = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (ec != std::errc() || end != text.data() + text.size() || mode > 0777)
        return std::nullopt;
    return mode;
}

account_settings parse_account(std::string_view text)
{
    // A path may hold a '=', a name no '/'.
    auto const equals = text.find('=');
    if (equals != std::string_view::npos && equals != 0 && text.substr(0, equals).find('/') == std::string_view::npos)
        return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
    return {std::filesystem::path(text).stem().string(), std::string(text)};
}

namespace {

/// Reads the members of one table, each by what is known of it, and refuses what is not known.
class table_reader
{
public:
    table_reader(const std::string& file, std::string section) : file_(file), section_(std::move(section)) {}

    void text(std::string_view name, std::string& into)
    {
        members_[std::string(name)] = [this, &into](const toml::node& node) -> result<> {
            auto const value = node.value_exact<std::string>();
            if (!value)
                return wrong(node, "is text in quotes");
            into = *value;
            return {};
        };
    }
    void texts(std::string_view name, std::vector<std::string>& into)
    {
        members_[std::string(name)] = [this, &into](const toml::node& node) -> result<> {
            into.clear();
            if (auto const one = node.value_exact<std::string>()) {
                into.push_back(*one);
                return {};
            }
            auto const* const list = node.as_array();
            if (!list)
                return wrong(node, "is text in quotes, or a list of such in brackets");
            for (auto const& element : *list) {
                auto const value = element.value_exact<std::string>();
                if (!value)
                    return wrong(node, "is a list of texts in quotes");
                into.push_back(*value);
            }
            return {};
        };
    }
    void flag(std::string_view name, std::function<void(bool)> into)
    {
        members_[std::string(name)] = [this, into = std::move(into)](const toml::node& node) -> result<> {
            auto const value = node.value_exact<bool>();
            if (!value)
                return wrong(node, "is true or false");
            into(*value);
            return {};
        };
    }
    void number(std::string_view name, double least, double most, std::function<void(double)> into)
    {
        members_[std::string(name)] = [this, least, most, into = std::move(into)](const toml::node& node) -> result<> {
            auto const value = node.is_number() ? node.value<double>() : std::nullopt;
            if (!value || *value < least || *value > most) {
                char range[64];
                std::snprintf(range, sizeof range, "is a number from %.10g to %.10g", least, most);
                return wrong(node, range);
            }
            into(*value);
            return {};
        };
    }
    template <class T>
    void whole(std::string_view name, double least, double most, T& into)
    {
        number(name, least, most, [&into](double value) {
            if constexpr (requires { typename T::value_type; })
                into = static_cast<typename T::value_type>(value);
            else
                into = static_cast<T>(value);
        });
    }
    void seconds(std::string_view name, std::optional<std::chrono::milliseconds>& into)
    {
        number(name, 0, 86400, [&into](double value) {
            into = std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
        });
    }
    template <class T, class Parse>
    void word(std::string_view name, const char* which, T& into, Parse parse)
    {
        members_[std::string(name)] = [this, which, &into, parse](const toml::node& node) -> result<> {
            auto const value = node.value_exact<std::string>();
            auto const parsed = value ? parse(*value) : decltype(parse(*value)){};
            if (!parsed)
                return wrong(node, which);
            into = *parsed;
            return {};
        };
    }
    void table(std::string_view name, std::function<result<>(const toml::table&)> into)
    {
        members_[std::string(name)] = [this, into = std::move(into)](const toml::node& node) -> result<> {
            auto const* const inside = node.as_table();
            if (!inside)
                return wrong(node, "is a section in brackets");
            return into(*inside);
        };
    }

    result<> read(const toml::table& from)
    {
        for (auto const& [key, node] : from) {
            auto const known = members_.find(std::string(key.str()));
            if (known == members_.end()) {
                std::vector<std::string> names;
                for (auto const& [name, unused] : members_)
                    names.push_back(name);
                return error(errc::bad_argument,
                             place(node) + "nothing is called '" + apps::printable(key.str()) + "'" +
                                 (section_.empty() ? "" : " in [" + section_ + "]") +
                                 apps::did_you_mean(apps::nearest(key.str(), names)));
            }
            current_ = key.str();
            if (auto const done = known->second(node); !done)
                return done;
        }
        return {};
    }

private:
    std::string place(const toml::node& node) const
    {
        return file_ + ":" + std::to_string(node.source().begin.line) + ": ";
    }
    // Never with the value: it may be a secret in the wrong place.
    error wrong(const toml::node& node, std::string_view what) const
    {
        return {errc::bad_argument, place(node) + "'" + current_ + "' " + std::string(what)};
    }

    const std::string& file_;
    std::string section_;
    std::string current_;
    std::map<std::string, std::function<result<>(const toml::node&)>> members_;
};

result<toml::table> parse_toml(const std::string& file)
{
    auto text = read_text(file);
    if (!text)
        return text.error();
    try {
        return toml::parse(std::string_view(*text), file);
    } catch (const toml::parse_error& why) {
        // The parser's words quote what it met, which may be a secret: only where it is.
        auto const& at = why.source().begin;
        return error(errc::bad_argument, file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                                             ": this is not TOML (text needs quotes, a list brackets)");
    }
}

/// A secret stands in the file itself or, better, in a file of its own.
result<std::string> secret_of(std::string text, const std::string& file, const std::string& what)
{
    if (!text.empty() && !file.empty())
        return error(errc::bad_argument, what + " stands both in the configuration and in a file; keep one");
    if (!file.empty()) {
        auto read = read_text(file);
        if (!read)
            return read.error();
        text = read->substr(0, read->find_first_of("\r\n"));
    }
    return text;
}

/// Methods may be written as Telegram's documentation has them: "messages.get*" for "MessagesGet*".
std::string rpc_pattern(const std::string& written)
{
    if (written.find('.') == std::string::npos)
        return written;
    std::string out;
    bool first = true;
    for (char const c : written) {
        if (c != '.')
            out += first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        first = c == '.';
    }
    return out;
}

result<proxy::access_token> token_of(const std::string& file, const std::string& section, const std::string& name,
                                     const toml::table& from)
{
    proxy::access_token token;
    token.name = name;
    std::string secret_file;
    table_reader reader(file, section);
    reader.text("token", token.secret);
    reader.text("token-file", secret_file);
    reader.texts("methods", token.methods);
    reader.texts("denied", token.denied);
    reader.texts("accounts", token.accounts);
    reader.number("rate", 0, 1e6, [&](double value) { token.calls_per_second = value; });
    reader.number("burst", 0, 1e6, [&](double value) { token.burst = value; });
    reader.whole("max-calls", 0, 1e6, token.max_calls);
    reader.whole("max-streams", 0, 1e6, token.max_streams);
    if (auto const done = reader.read(from); !done)
        return done.error();
    auto secret = secret_of(std::move(token.secret), secret_file, "the token '" + name + "'");
    if (!secret)
        return secret.error();
    token.secret = std::move(*secret);
    for (auto* const patterns : {&token.methods, &token.denied})
        for (auto& one : *patterns)
            one = rpc_pattern(one);
    if (token.secret.empty())
        return error(errc::bad_argument, file + ": [" + section + "] needs 'token' or 'token-file'");
    secrets().add(token.secret);
    return token;
}

result<> check_private(const std::string& file, std::string_view holds)
{
    struct ::stat about{};
    if (::stat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & (S_IROTH | S_IWOTH)) != 0)
        return error(errc::bad_argument,
                     file + " holds " + std::string(holds) + " and can be read by everybody here; chmod 600 " + file);
    return {};
}

} // namespace

result<settings> read_configuration(const std::string& file)
{
    auto const parsed = parse_toml(file);
    if (!parsed)
        return parsed.error();
    settings out;
    table_reader top(file, "");
    top.number("port", 0, 65535, [&](double value) { out.port = static_cast<int>(value); });
    top.texts("listen", out.listen);
    top.text("tokens", out.tokens);
    top.flag("plaintext", [&](bool yes) { out.plaintext = yes; });
    top.flag("reflection", [&](bool yes) { out.reflection = yes; });
    top.flag("open-health", [&](bool yes) { out.open_health = yes; });
    top.text("metrics", out.metrics);
    top.word("log-level", "is trace, debug, info, warning, error or off", out.level, parse_log_level);
    top.word("log-format", "is text or json", out.format, parse_log_format);
    top.word("socket-mode", "is an octal number in quotes, such as \"0660\"", out.socket_mode, parse_mode);
    top.seconds("drain", out.drain);
    top.seconds("max-deadline", out.max_deadline);
    top.whole("max-request", 1024, 1u << 30, out.max_request);
    top.whole("max-calls", 1, 1e6, out.max_calls);
    top.whole("max-streams", 1, 1e6, out.max_streams);
    top.whole("listener-queue", 1, 1e7, out.listener_queue);
    top.whole("update-log", 0, 1e7, out.update_log);
    top.table("tls", [&](const toml::table& section) {
        table_reader tls(file, "tls");
        tls.text("cert", out.tls_cert);
        tls.text("key", out.tls_key);
        tls.text("client-ca", out.client_ca);
        return tls.read(section);
    });
    top.table("sign-in", [&](const toml::table& section) -> result<> {
        std::string hash_file;
        std::string bot_file;
        table_reader sign_in(file, "sign-in");
        sign_in.text("addr", out.sign_in.address);
        sign_in.text("public-key", out.sign_in.public_key);
        sign_in.whole("dc", 0, 99999, out.sign_in.dc);
        sign_in.flag("test", [&](bool yes) { out.sign_in.test = yes; });
        sign_in.whole("apiid", 1, 2147483647, out.sign_in.api_id);
        sign_in.text("apihash", out.sign_in.api_hash);
        sign_in.text("apihash-file", hash_file);
        sign_in.text("phone", out.sign_in.phone);
        sign_in.text("bot-token", out.sign_in.bot_token);
        sign_in.text("bot-token-file", bot_file);
        if (auto const done = sign_in.read(section); !done)
            return done;
        auto hash = secret_of(std::move(out.sign_in.api_hash), hash_file, "apihash");
        if (!hash)
            return hash.error();
        out.sign_in.api_hash = std::move(*hash);
        auto bot = secret_of(std::move(out.sign_in.bot_token), bot_file, "bot-token");
        if (!bot)
            return bot.error();
        out.sign_in.bot_token = std::move(*bot);
        return {};
    });
    top.table("account", [&](const toml::table& all) -> result<> {
        for (auto const& [name, node] : all) {
            account_settings one{std::string(name.str()), {}};
            auto const* const section = node.as_table();
            if (!section)
                return error(errc::bad_argument, file + ": accounts are sections, [account." + one.name + "]");
            table_reader reader(file, "account." + one.name);
            reader.text("secrets", one.secrets);
            if (auto const done = reader.read(*section); !done)
                return done;
            if (one.secrets.empty())
                return error(errc::bad_argument, file + ": [account." + one.name + "] needs 'secrets', a session file");
            out.accounts.push_back(std::move(one));
        }
        return {};
    });
    top.table("token", [&](const toml::table& all) -> result<> {
        for (auto const& [name, node] : all) {
            auto const section = "token." + std::string(name.str());
            auto const* const members = node.as_table();
            if (!members)
                return error(errc::bad_argument, file + ": tokens are sections, [" + section + "]");
            auto token = token_of(file, section, std::string(name.str()), *members);
            if (!token)
                return token.error();
            out.inline_tokens.push_back(std::move(*token));
        }
        return {};
    });
    if (auto const done = top.read(*parsed); !done)
        return done.error();
    bool const has_secrets =
        !out.inline_tokens.empty() || !out.sign_in.api_hash.empty() || !out.sign_in.bot_token.empty();
    if (has_secrets)
        if (auto const closed = check_private(file, "secrets"); !closed)
            return closed.error();
    return out;
}

result<std::vector<proxy::access_token>> read_tokens(const std::string& file)
{
    auto const parsed = parse_toml(file);
    if (!parsed)
        return parsed.error();
    if (auto const closed = check_private(file, "tokens"); !closed)
        return closed.error();
    std::vector<proxy::access_token> tokens;
    for (auto const& [name, node] : *parsed) {
        auto const* const members = node.as_table();
        if (!members)
            return error(errc::bad_argument, file + ":" + std::to_string(node.source().begin.line) +
                                                 ": tokens are sections, such as [reporting] with token = \"...\"");
        auto token = token_of(file, std::string(name.str()), std::string(name.str()), *members);
        if (!token)
            return token.error();
        tokens.push_back(std::move(*token));
    }
    if (tokens.empty())
        return error(errc::bad_argument, file + " holds no token; it would shut everybody out");
    return tokens;
}

settings merged(settings upper, settings lower)
{
    auto const take = [](auto& into, auto& from) {
        if constexpr (requires { into.empty(); }) {
            if (into.empty())
                into = std::move(from);
        } else {
            if (!into)
                into = std::move(from);
        }
    };
    // A port on the command line replaces the file's addresses.
    if (!upper.port)
        take(upper.listen, lower.listen);
    take(upper.accounts, lower.accounts);
    take(upper.port, lower.port);
    take(upper.tls_cert, lower.tls_cert);
    take(upper.tls_key, lower.tls_key);
    take(upper.client_ca, lower.client_ca);
    take(upper.tokens, lower.tokens);
    take(upper.inline_tokens, lower.inline_tokens);
    take(upper.plaintext, lower.plaintext);
    take(upper.reflection, lower.reflection);
    take(upper.open_health, lower.open_health);
    take(upper.metrics, lower.metrics);
    take(upper.level, lower.level);
    take(upper.format, lower.format);
    take(upper.drain, lower.drain);
    take(upper.max_deadline, lower.max_deadline);
    take(upper.max_request, lower.max_request);
    take(upper.max_calls, lower.max_calls);
    take(upper.max_streams, lower.max_streams);
    take(upper.listener_queue, lower.listener_queue);
    take(upper.update_log, lower.update_log);
    take(upper.socket_mode, lower.socket_mode);
    take(upper.sign_in.address, lower.sign_in.address);
    take(upper.sign_in.public_key, lower.sign_in.public_key);
    take(upper.sign_in.dc, lower.sign_in.dc);
    take(upper.sign_in.test, lower.sign_in.test);
    take(upper.sign_in.api_id, lower.sign_in.api_id);
    take(upper.sign_in.api_hash, lower.sign_in.api_hash);
    take(upper.sign_in.phone, lower.sign_in.phone);
    take(upper.sign_in.bot_token, lower.sign_in.bot_token);
    take(upper.sandbox, lower.sandbox);
    return upper;
}

result<proxy::server_options> server_options_of(const settings& from)
{
    proxy::server_options out;
    if (!from.listen.empty())
        out.listen = from.listen;
    else
        out.listen = {"127.0.0.1:" + std::to_string(from.port.value_or(default_port))};
    if (from.tls_cert.empty() != from.tls_key.empty())
        return error(errc::bad_argument, from.tls_cert.empty() ? "--tls-key needs --tls-cert: a key serves its certificate"
                                                               : "--tls-cert needs --tls-key, the certificate's private key");
    if (!from.client_ca.empty() && from.tls_cert.empty())
        return error(errc::bad_argument, "--client-ca needs --tls-cert and --tls-key: clients show certificates over TLS only");
    for (auto const& [file, into] : {
             std::pair{&from.tls_cert, &out.tls.chain},
             {&from.tls_key, &out.tls.private_key},
             {&from.client_ca, &out.tls.client_ca},
         })
        if (!file->empty()) {
            auto text = read_text(*file);
            if (!text)
                return text.error();
            if (text->find("-----BEGIN") == std::string::npos)
                return error(errc::bad_argument, *file + " is not PEM text");
            *into = std::move(*text);
        }
    if (!from.tls_key.empty())
        if (auto const closed = check_private(from.tls_key, "a private key"); !closed)
            return closed.error();
    out.tokens = from.inline_tokens;
    if (!from.tokens.empty()) {
        auto tokens = read_tokens(from.tokens);
        if (!tokens)
            return tokens.error();
        out.tokens.insert(out.tokens.end(), tokens->begin(), tokens->end());
    }
    auto const set = [](auto const& value, auto& into) {
        if (value)
            into = *value;
    };
    set(from.plaintext, out.allow_plaintext);
    set(from.reflection, out.reflection);
    set(from.open_health, out.health_without_token);
    set(from.drain, out.drain_time);
    set(from.max_deadline, out.max_deadline);
    set(from.max_request, out.max_request);
    set(from.max_calls, out.max_calls);
    set(from.max_streams, out.max_streams);
    set(from.listener_queue, out.listener_queue);
    set(from.update_log, out.update_log);
    set(from.socket_mode, out.socket_mode);
    return out;
}

} // namespace mtproto::daemon

// The data centre of the programs. Compiles all of the sandbox, so nothing else stands here.

#include "local_sandbox.hpp"

#include "console.hpp"

#include <mtproto/client/detail/posix_file.hpp>
#include <mtproto/sandbox/data_centre.hpp>
#include <mtproto/sandbox/src.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

namespace mtproto::apps {

struct local_sandbox::state
{
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::optional<sandbox::data_centre> dc;
    std::thread thread;
    transport::endpoint address;
    std::string public_key;
    std::vector<sandbox_user> users;
    std::vector<sandbox_bot> bots;
    std::vector<sandbox_place> places;
    std::set<int> unknown_layers;
    std::string file; ///< of the state; empty: it is not kept
    detail::posix_file lock;
    std::uint64_t saved = 0; ///< data_centre::changes() when it was written

    ~state()
    {
        stop();
        dc.reset();
        io.restart();
        io.poll(); // what its end still has to do
    }
    void stop()
    {
        if (dc)
            dc->stop();
        work.reset();
        if (thread.joinable())
            thread.join();
        else
            io.run();
    }
};

namespace {

/// "echo_bot" of "Echo bot!": a-z, 0-9 and _.
std::string in_small_letters(std::string_view name)
{
    std::string out;
    for (char const c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out += c;
        else if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c + 32);
        else if (c == ' ' && !out.empty())
            out += '_';
    }
    return out;
}
/// A username has five characters or more: some clients ask for no shorter one. The sandbox finds @bob under bob_baker too.
std::string username_of(const sandbox_user& who)
{
    static constexpr std::size_t shortest = 5;
    auto out = in_small_letters(who.first_name);
    if (out.empty() || out.size() >= shortest)
        return out;
    auto const last = in_small_letters(who.last_name);
    return out + '_' + (last.empty() ? who.phone.substr(who.phone.size() - 4) : last);
}
std::string username_of(const sandbox_bot& bot)
{
    auto out = in_small_letters(bot.name);
    return out.ends_with("bot") && out.size() > 4 ? out : out + "_bot";
}

// The data centre of somebody who asked for none in particular: enough to try everything.
struct cast
{
    std::vector<sandbox_user> users;
    std::vector<sandbox_bot> bots;
    bool usual = false; ///< nobody in particular was asked for
};
result<cast> cast_of(const sandbox_options& options)
{
    cast out;
    for (auto const& text : options.users) {
        auto user = parse_user(text);
        if (!user)
            return user.error();
        out.users.push_back(std::move(*user));
    }
    for (auto const& text : options.bots) {
        auto bot = parse_bot(text);
        if (!bot)
            return bot.error();
        out.bots.push_back(std::move(*bot));
    }
    if (out.users.empty() && out.bots.empty()) {
        out.users = {{"+15550001", "Ada", "Lovelace", "", "", "", false},
                     {"+15550002", "Bob", "Baker", "", "swordfish", "", false},
                     {"+15550003", "Carol", "Shaw", "", "", "", false}};
        out.bots = {{"7000000001:sandbox", "Echo", ""}};
        out.usual = true;
    }
    for (auto& user : out.users) {
        user.username = username_of(user);
        user.code = "12345";
    }
    for (auto& bot : out.bots)
        bot.username = username_of(bot);
    return out;
}

// A key that does not exist yet is made and kept, so that clients may go on trusting it.
result<std::string> private_key_of(const std::string& file)
{
    std::error_code ignored;
    if (!file.empty() && std::filesystem::exists(file, ignored)) {
        auto pem = read_text(file);
        if (!pem)
            return pem.error();
        if (auto const key = crypto::rsa_private_key::from_pem(*pem); !key)
            return error(errc::bad_argument, file + ": " + key.error().text());
        return std::move(*pem);
    }
    auto const key = crypto::rsa_private_key::generate().to_pem();
    if (!file.empty())
        if (auto const written = write_text(file, key, true); !written)
            return written.error();
    return key;
}

// Two data centres that save to one file would each undo what the other did.
result<detail::posix_file> lock_state(const std::string& file)
{
    auto const name = file + ".lock";
    detail::posix_file lock(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!lock.is_open())
        return detail::file_error("cannot open " + name, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return error(errc::storage_locked,
                     file + " is held by another data centre; stop it, or use another file");
    return lock;
}

// Accounts as an earlier run left them. Of passwords only what was asked for now can be shown.
cast cast_of(const sandbox::data_centre& dc, const cast& asked)
{
    cast out;
    for (auto& who : dc.accounts()) {
        if (who.bot) {
            out.bots.push_back({who.token, who.first_name, who.username});
            continue;
        }
        sandbox_user user{'+' + who.phone,
                          who.first_name,
                          who.last_name,
                          who.username,
                          "",
                          who.code.value_or("12345"),
                          false};
        if (who.password) {
            auto const same = std::find_if(asked.users.begin(), asked.users.end(),
                                           [&](const sandbox_user& one) { return one.phone == user.phone; });
            if (same != asked.users.end())
                user.password = same->password;
            user.password_unknown = user.password.empty();
        }
        out.users.push_back(std::move(user));
    }
    return out;
}

// Those that were asked for by name and are not there yet.
cast missing_of(const sandbox::data_centre& dc, cast asked)
{
    if (asked.usual)
        return {};
    for (auto& who : dc.accounts()) {
        std::erase_if(asked.users, [&](const sandbox_user& one) { return one.phone == '+' + who.phone; });
        std::erase_if(asked.bots, [&](const sandbox_bot& one) { return one.token == who.token; });
    }
    return asked;
}

result<> populate(sandbox::data_centre& dc, const cast& with)
{
    std::vector<std::int64_t> ids;
    for (auto const& user : with.users) {
        auto const id = dc.add_user({.phone = user.phone,
                                     .first_name = user.first_name,
                                     .last_name = user.last_name,
                                     .username = user.username,
                                     .password = user.password,
                                     .hint = user.password.empty() ? "" : "the sandbox prints it",
                                     .code = user.code});
        if (!id)
            return error(errc::bad_argument, "the account " + user.phone + ": " + id.error().text());
        ids.push_back(*id);
    }
    for (auto const& bot : with.bots)
        if (auto const id =
                dc.add_bot({.token = bot.token, .name = bot.name, .username = bot.username, .echo = true});
            !id)
            return error(errc::bad_argument, "the bot '" + bot.name + "': " + id.error().text());
    for (auto const one : ids)
        for (auto const other : ids)
            if (one != other)
                dc.add_contact(one, other);
    if (with.usual) {
        auto const group =
            dc.add_group({.title = "Book club", .creator = ids[0], .members = {ids[1], ids[2]}});
        auto const channel = dc.add_channel(
            {.title = "News", .creator = ids[0], .members = {ids[1], ids[2]}, .username = "sandbox_news"});
        (void)dc.send_message(ids[2], group, "Who has read chapter one?");
        (void)dc.send_message(ids[0], channel, "The sandbox is open");
    }
    return {};
}

result<> save_changes(sandbox::data_centre& dc, const std::string& file, std::uint64_t& saved)
{
    auto const now = dc.changes();
    if (file.empty() || now == saved)
        return {};
    if (auto const done = dc.save(file); !done)
        return done;
    saved = now;
    return {};
}

} // namespace

local_sandbox::local_sandbox(std::unique_ptr<state> with) : state_(std::move(with)) {}
local_sandbox::~local_sandbox() = default;

result<std::unique_ptr<local_sandbox>> local_sandbox::open(const sandbox_options& options)
{
    auto with = cast_of(options);
    if (!with)
        return with.error();
    detail::posix_file lock;
    if (!options.state.empty()) {
        auto locked = lock_state(options.state);
        if (!locked)
            return locked.error();
        lock = std::move(*locked);
    }
    auto key =
        private_key_of(options.key.empty() && !options.state.empty() ? options.state + ".key" : options.key);
    if (!key)
        return key.error();
    sandbox::options settings;
    settings.dc = options.dc;
    settings.private_key = std::move(*key);
    if (!options.mtproxy_secret.empty()) {
        if (!transport::mtproxy_secret::parse(options.mtproxy_secret))
            return error(errc::bad_argument,
                         "'" + printable(options.mtproxy_secret) +
                             "' is no MTProxy secret: 32 hexadecimal digits, or dd and 32 digits");
        settings.secrets.push_back(options.mtproxy_secret);
    }
    auto made = std::make_unique<state>();
    if (options.verbose)
        settings.log = [](const std::string& line) { std::fputs((line + '\n').c_str(), stderr); };
    settings.unknown_layer = [warned = &made->unknown_layers](int layer, int instead) {
        if (warned->insert(layer).second)
            complain("a client speaks layer " + std::to_string(layer) + ", which is not known here: it is sent the objects of layer " +
                     std::to_string(instead) + ", and may not understand them. --schema FILE adds a layer.");
    };
    made->file = options.state;
    made->lock = std::move(lock);
    made->dc.emplace(made->io.get_executor(), std::move(settings));
    for (auto const& file : options.schemas) {
        auto text = read_text(file);
        if (!text)
            return text.error();
        auto const schema = tl::schema::parse(*text, file);
        if (!schema)
            return schema.error();
        // "// LAYER n" in it, or n.tl as in schema/layers.
        auto layer = schema->layer();
        if (layer == 0) {
            auto const name = std::filesystem::path(file).stem().string();
            std::from_chars(name.data(), name.data() + name.size(), layer);
        }
        if (layer <= 0)
            return error(errc::bad_argument,
                         file +
                             " does not say its layer: '// LAYER n' in a line of its own, or the name n.tl");
        if (auto const added = made->dc->add_layer(layer, std::move(*text)); !added)
            return added.error();
    }
    std::error_code ignored;
    if (!options.state.empty() && std::filesystem::exists(options.state, ignored)) {
        if (auto const loaded = made->dc->load(options.state); !loaded)
            return loaded.error();
        if (auto const done = populate(*made->dc, missing_of(*made->dc, *with)); !done)
            return done.error();
        *with = cast_of(*made->dc, *with);
    } else if (auto const done = populate(*made->dc, *with); !done) {
        return done.error();
    }
    auto const address = made->dc->listen(options.host, static_cast<std::uint16_t>(options.port));
    if (!address) {
        if (address.error().is(errc::bad_argument))
            return error(errc::bad_argument,
                         "--host takes an address such as 127.0.0.1, not '" + printable(options.host) + "'");
        return error(address.error().code(),
                     "it cannot listen on " + options.host + " port " + std::to_string(options.port));
    }
    made->address = *address;
    made->places.push_back({options.dc, address->port});
    for (auto const dc : options.also_dcs) {
        auto const other = dc == options.dc ? result<transport::endpoint>(*address) : made->dc->listen(options.host, 0, dc);
        if (!other)
            return error(other.error().code(), "it cannot listen on " + options.host + " as data centre " + std::to_string(dc));
        if (dc != options.dc)
            made->places.push_back({dc, other->port});
    }
    made->public_key = made->dc->public_key_pem();
    if (auto const saved = save_changes(*made->dc, made->file, made->saved); !saved)
        return saved.error();
    made->users = std::move(with->users);
    made->bots = std::move(with->bots);
    made->thread = std::thread([raw = made.get()] { raw->io.run(); });
    return std::unique_ptr<local_sandbox>(new local_sandbox(std::move(made)));
}

result<> local_sandbox::save() { return save_changes(*state_->dc, state_->file, state_->saved); }
result<> local_sandbox::close()
{
    state_->stop();
    return save();
}

const std::string& local_sandbox::host() const noexcept { return state_->address.host; }
std::uint16_t local_sandbox::port() const noexcept { return state_->address.port; }
int local_sandbox::dc() const noexcept { return state_->dc->dc(); }
const std::string& local_sandbox::public_key_pem() const noexcept { return state_->public_key; }
std::uint64_t local_sandbox::fingerprint() const noexcept { return state_->dc->key_fingerprint(); }
const std::vector<sandbox_place>& local_sandbox::places() const noexcept { return state_->places; }
const std::vector<sandbox_user>& local_sandbox::users() const noexcept { return state_->users; }
const std::vector<sandbox_bot>& local_sandbox::bots() const noexcept { return state_->bots; }

} // namespace mtproto::apps

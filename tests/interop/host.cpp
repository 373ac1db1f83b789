// The other side of the tests with independent clients: a data centre, and an account that our own client holds.
//
//   interop-host [--schema FILE]...     FILE: another layer than the native one, see schema/layers/
//
// Prints one line of JSON once everything listens, see run.py. Commands on standard input: `greet USERNAME` sends "hello" to
// somebody. Ends with its input. What goes wrong with our client is on standard error, and in the exit code.

#include <mtproto/api/methods/contacts.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/file_source.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/client/updates.hpp>
#include <mtproto/crypto/sha.hpp>
#include <mtproto/sandbox/data_centre.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace {

namespace api = mtproto::api;
namespace asio = boost::asio;
namespace json = boost::json;
namespace sandbox = mtproto::sandbox;
namespace tl = mtproto::tl;
using mtproto::client;
using mtproto::errc;
using mtproto::error;
using mtproto::result;
using mtproto::task;

constexpr int guests = 32;
constexpr auto code = "12345";

// Different keys, so that the data centre has to find out which one a client has.
constexpr auto plain_secret = "00112233445566778899aabbccddeeff";
constexpr auto padded_secret = "dd102132435465768798a9bacbdcedfe0f";
constexpr auto tls_secret = "ee2031425364758697a8b9cadbecfd0e1f70726f78792e6578616d706c65"; // proxy.example

void complain(const std::string& what, const error& why) { std::cerr << what << ": " << why.message() << std::endl; }

/// Our account: answers texts with themselves, and documents with themselves, their size and SHA-256.
class echo_account
{
public:
    explicit echo_account(client& tg) : tg_(tg) {}

    task<result<>> run()
    {
        mtproto::update_stream stream(tg_);
        for (;;) {
            auto batch = co_await stream.next();
            if (!batch)
                co_return batch.error();
            for (auto const& one : batch->users)
                note(one);
            for (auto const& update : batch->updates) {
                auto const* const arrived = tl::get_if<api::updateNewMessage>(update);
                auto const* const message = arrived ? tl::get_if<api::message>(*arrived->message) : nullptr;
                if (!message || message->out)
                    continue;
                if (auto const done = co_await answer(*message); !done)
                    complain("answering message " + std::to_string(message->id), done.error());
            }
        }
    }

    task<result<>> greet(std::string username)
    {
        api::contacts::resolveUsername request;
        request.username = std::move(username);
        auto const found = co_await tg_.invoke(request);
        if (!found)
            co_return found.error();
        for (auto const& one : found->users)
            if (auto const id = note(one))
                co_return co_await send(*id, "hello");
        co_return error(errc::wrong_result, "the name is nobody's");
    }

private:
    std::optional<std::int64_t> note(const api::User& one)
    {
        auto const* const user = tl::get_if<api::user>(one);
        if (!user || !user->access_hash)
            return std::nullopt;
        hashes_[user->id] = *user->access_hash;
        return user->id;
    }
    api::InputPeer peer(std::int64_t user) const
    {
        auto const hash = hashes_.find(user);
        api::inputPeerUser to;
        to.user_id = user;
        to.access_hash = hash == hashes_.end() ? 0 : hash->second;
        return to;
    }

    task<result<>> answer(const api::message& message)
    {
        auto const* const from = tl::get_if<api::peerUser>(message.peer_id);
        if (!from)
            co_return result<>{}; // a group
        auto const* const media = message.media ? tl::get_if<api::messageMediaDocument>(*message.media) : nullptr;
        auto const* const document = media && media->document ? tl::get_if<api::document>(*media->document) : nullptr;
        if (document)
            co_return co_await send_back(from->user_id, *document);
        co_return co_await send(from->user_id, "echo: " + message.message_);
    }

    task<result<>> send(std::int64_t user, std::string text)
    {
        api::messages::sendMessage request;
        request.peer = peer(user);
        request.message = std::move(text);
        request.random_id = mtproto::random_id();
        auto const sent = co_await tg_.invoke(request);
        if (!sent)
            co_return sent.error();
        co_return result<>{};
    }

    task<result<>> send_back(std::int64_t user, const api::document& document)
    {
        api::inputDocumentFileLocation location;
        location.id = document.id;
        location.access_hash = document.access_hash;
        location.file_reference = document.file_reference;
        mtproto::memory_sink content;
        mtproto::download_options how;
        how.dc = document.dc_id;
        how.size = static_cast<std::uint64_t>(document.size);
        auto const got = co_await mtproto::download(tg_, std::move(location), content, how);
        if (!got)
            co_return got.error();
        auto const& bytes = content.data();
        auto const digest = mtproto::crypto::to_hex(mtproto::crypto::sha256(bytes));

        mtproto::memory_source source(bytes);
        mtproto::upload_options named;
        named.name = "back.bin";
        auto file = co_await mtproto::upload(tg_, source, named);
        if (!file)
            co_return file.error();
        api::inputMediaUploadedDocument sending;
        sending.force_file = true;
        sending.file = std::move(*file);
        sending.mime_type = "application/octet-stream";
        api::documentAttributeFilename name;
        name.file_name = "back.bin";
        sending.attributes.emplace_back(std::move(name));
        api::messages::sendMedia request;
        request.peer = peer(user);
        request.media = std::move(sending);
        request.message = "file: " + std::to_string(bytes.size()) + ' ' + digest;
        request.random_id = mtproto::random_id();
        auto const sent = co_await tg_.invoke(request);
        if (!sent)
            co_return sent.error();
        co_return result<>{};
    }

    client& tg_;
    std::map<std::int64_t, std::int64_t> hashes_{};
};

/// Reads commands until the end of input.
task<void> obey(echo_account& account)
{
    asio::posix::stream_descriptor input(co_await asio::this_coro::executor, ::dup(STDIN_FILENO));
    asio::streambuf buffer;
    for (;;) {
        auto const [ec, size] = co_await asio::async_read_until(input, buffer, '\n', asio::as_tuple(asio::use_awaitable));
        if (ec)
            co_return;
        std::istream lines(&buffer);
        std::string verb;
        std::string username;
        lines >> verb >> username;
        lines.ignore(1);
        if (verb != "greet") {
            std::cerr << "unknown command " << verb << std::endl;
            continue;
        }
        if (auto const done = co_await account.greet(username); !done)
            complain("greeting " + username, done.error());
    }
}

std::string number(int i) { return (i < 10 ? "0" : "") + std::to_string(i); }

/// Accounts for the independent clients, ours, a bot, and two dialogs that everybody has. Returns the ready line.
json::object furnish(sandbox::data_centre& dc)
{
    auto const bob = dc.add_user({.phone = "+15550300", .first_name = "Bob", .username = "interop_peer"}).value();
    std::vector<std::int64_t> members;
    json::array users;
    for (int i = 0; i != guests; ++i) {
        auto const name = "Guest " + number(i);
        auto const phone = "+155503010" + number(i);
        std::string const password = i % 3 == 1 ? "open, sesame ä€" : "";
        members.push_back(dc.add_user({.phone = phone, .first_name = name, .password = password}).value());
        users.push_back({{"name", name}, {"phone", phone}, {"code", code}, {"password", password}});
    }
    sandbox::bot_options bot{.token = "4242:InteropBotToken", .name = "Interop bot", .username = "interop_bot"};
    auto const channel = dc.add_channel({.title = "Interop channel", .creator = bob, .members = members, .username = "interop_channel"});
    auto const group = dc.add_group({.title = "Interop group", .creator = bob, .members = members});
    (void)dc.add_bot(bot).value();
    (void)dc.send_message(bob, channel, "hello, channel").value();
    (void)dc.send_message(bob, group, "hello, group").value();
    auto const address = dc.address();
    return {{"host", address.host},
            {"port", address.port},
            {"dc", dc.dc()},
            {"public_key", dc.public_key_pem()},
            {"secrets", {{"plain", plain_secret}, {"dd", padded_secret}, {"ee", tls_secret}}},
            {"peer", "interop_peer"},
            {"dialogs", {"Interop channel", "Interop group"}},
            {"users", users},
            {"bots", {{{"token", bot.token}, {"name", bot.name}, {"username", bot.username}}}}};
}

task<result<>> host(sandbox::data_centre& dc)
{
    auto ready = furnish(dc);
    mtproto::client_options options;
    options.api_id = 1;
    options.api_hash = "hash";
    options.dc = dc.dc();
    options.data_centres = {{dc.dc(), dc.address()}};
    options.keys = {mtproto::crypto::rsa_public_key::from_pem(dc.public_key_pem()).value()};
    options.use_environment = false;
    options.on_event = [](const mtproto::client_event& event) {
        std::cerr << "our client: " << to_string(event.kind()) << ' ' << (event.why().code() ? event.why().message() : "") << std::endl;
    };
    client tg(co_await asio::this_coro::executor, options);
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const give_code = [] { return std::string(code); };
    auto const no_password = [] { return result<std::string>(error(errc::bad_argument, "the account has no password")); };
    auto const me = co_await mtproto::sign_in(tg, std::string("+15550300"), give_code, no_password);
    if (!me)
        co_return me.error();

    echo_account account(tg);
    result<> ended;
    bool stopping = false;
    asio::co_spawn(co_await asio::this_coro::executor, account.run(), [&](std::exception_ptr, result<> how) {
        ended = how;
        if (!stopping)
            complain("our client's updates", how.error());
    });
    std::cout << json::serialize(ready) << std::endl;
    co_await obey(account);
    stopping = true;
    auto const out = co_await mtproto::sign_out(tg);
    if (!out)
        co_return out.error();
    (void)co_await tg.close();
    dc.stop();
    co_return result<>{};
}

} // namespace

int main(int argc, char** argv)
{
    asio::io_context io(1);
    sandbox::options options;
    options.secrets = {plain_secret, padded_secret, tls_secret};
    options.code = code;
    options.log = [](const std::string& line) { std::cerr << line << '\n'; };
    sandbox::data_centre dc(io.get_executor(), options);
    for (int i = 1; i + 1 < argc; i += 2) {
        // The file's name is the layer: schema/layers/144.tl
        std::ifstream file(argv[i + 1]);
        std::ostringstream text;
        text << file.rdbuf();
        auto const layer = std::atoi(std::filesystem::path(argv[i + 1]).stem().c_str());
        if (auto const added = dc.add_layer(layer, text.str()); argv[i] != std::string_view("--schema") || !file || !added) {
            std::cerr << "usage: interop-host [--schema FILE]...   FILE: NUMBER.tl" << std::endl;
            return 2;
        }
    }
    if (auto const listening = dc.listen(); !listening) {
        complain("listening", listening.error());
        return 1;
    }
    // TDLib begins at the first data centre, and is told there to go to the main one.
    if (auto const also = dc.listen("127.0.0.1", 0, 1); !also) {
        complain("listening as another data centre", also.error());
        return 1;
    }
    int status = 1;
    asio::co_spawn(io, host(dc), [&](std::exception_ptr broken, result<> how) {
        if (broken)
            std::rethrow_exception(broken);
        if (!how)
            complain("our client", how.error());
        status = how ? 0 : 1;
        io.stop();
    });
    io.run();
    return status;
}

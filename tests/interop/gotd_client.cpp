// Our client against gotd_server, where the command line has no command for it:
//
//   gotd-client TASK < FILE     FILE: the line that gotd_server prints
//
//   files       up and down, small and large, from another data centre, with a reference that has expired
//   updates     prints "update TEXT" for each message in the order of its stream, until the text is "end"
//   many        three hundred calls at once, which travel in containers
//   websocket   signs in over WebSocket
//   temporary   signs in with temporary keys, which are renewed meanwhile
//
// Exit codes: 0 all well, 1 not, and standard error says what, 2 wrong usage.

#include <mtproto/api/methods/messages.hpp>
#include <mtproto/api/methods/users.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/file_source.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/client/updates.hpp>
#include <mtproto/crypto/sha.hpp>
#include <mtproto/transport/websocket.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>

#include <iostream>
#include <iterator>

namespace {

namespace api = mtproto::api;
namespace asio = boost::asio;
namespace json = boost::json;
namespace tl = mtproto::tl;
namespace transport = mtproto::transport;
using mtproto::client;
using mtproto::errc;
using mtproto::error;
using mtproto::result;
using mtproto::task;
using namespace std::chrono_literals;
using bytes = std::vector<std::byte>;

error wrong(std::string what) { return error(errc::wrong_result, std::move(what)); }

mtproto::client_options options_for(const json::object& server)
{
    mtproto::client_options options;
    options.api_id = 1;
    options.api_hash = "hash";
    options.use_environment = false;
    options.ping_interval = 500ms; // often, since it is a part of what is tried
    transport::endpoint where;
    where.host = server.at("host").as_string().c_str();
    where.port = server.at("port").to_number<std::uint16_t>();
    options.data_centres = {{options.dc, where}};
    auto const& key = server.at("public_key").as_string();
    options.keys = {mtproto::crypto::rsa_public_key::from_pem(std::string_view(key)).value()};
    options.on_event = [](const mtproto::client_event& event) {
        std::cerr << to_string(event.kind()) << ' ' << (event.why().code() ? event.why().message() : "") << '\n';
    };
    return options;
}

task<result<>> sign_in(client& tg, const json::object& server)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    auto const code = [&] { return std::string(server.at("code").as_string()); };
    auto const password = [] { return result<std::string>(error(errc::bad_argument, "the account has no password")); };
    auto const me = co_await mtproto::sign_in(tg, std::string("+15550001"), code, password);
    co_return me ? result<>() : me.error();
}

task<result<>> ask_who_we_are(client& tg)
{
    api::users::getUsers request;
    request.id.emplace_back(api::inputUserSelf());
    auto const users = co_await tg.invoke(request);
    if (!users)
        co_return users.error();
    auto const* const me = users->empty() ? nullptr : tl::get_if<api::user>(users->front());
    co_return me && me->first_name == "Ada" ? result<>() : wrong("this is not Ada");
}

const api::document* document_in(const api::Updates& updates)
{
    auto const* const all = tl::get_if<api::updates_>(updates);
    if (!all)
        return nullptr;
    for (auto const& update : all->updates)
        if (auto const* const fresh = tl::get_if<api::updateNewMessage>(update))
            if (auto const* const message = tl::get_if<api::message>(*fresh->message); message && message->media)
                if (auto const* const media = tl::get_if<api::messageMediaDocument>(*message->media); media && media->document)
                    return tl::get_if<api::document>(*media->document);
    return nullptr;
}

task<result<>> there_and_back(client& tg, std::size_t size)
{
    bytes content(size);
    for (std::size_t i = 0; i != size; ++i)
        content[i] = static_cast<std::byte>(i * i >> 5);
    mtproto::memory_source source(content);
    auto file = co_await mtproto::upload(tg, source);
    if (!file)
        co_return file.error();
    api::inputMediaUploadedDocument media;
    media.file = std::move(*file);
    media.mime_type = "application/octet-stream";
    api::messages::sendMedia request;
    request.peer = api::inputPeerSelf();
    request.media = std::move(media);
    request.random_id = mtproto::random_id();
    auto const sent = co_await tg.invoke(request);
    if (!sent)
        co_return sent.error();
    auto const* const document = document_in(*sent);
    if (!document || document->size != static_cast<std::int64_t>(size))
        co_return wrong("the document that was sent did not come back");
    api::inputDocumentFileLocation place;
    place.id = document->id;
    place.access_hash = document->access_hash;
    place.file_reference = document->file_reference;
    mtproto::memory_sink sink;
    auto const got = co_await mtproto::download(tg, std::move(place), sink);
    if (!got)
        co_return got.error();
    co_return sink.data() == content ? result<>() : wrong(std::to_string(size) + " bytes came back changed");
}

task<result<api::InputFileLocation>> given(api::inputDocumentFileLocation place) { co_return api::InputFileLocation(std::move(place)); }

/// The document of data centre 4; `dc` 0 lets the server say where it is.
task<result<>> from_afar(client& tg, const json::object& file, int dc, bool expired)
{
    api::inputDocumentFileLocation good;
    good.id = file.at("id").to_number<std::int64_t>();
    good.access_hash = file.at("access_hash").to_number<std::int64_t>();
    good.file_reference = mtproto::crypto::from_hex(std::string_view(file.at("reference").as_string())).value();
    auto place = good;
    if (expired)
        place.file_reference.clear();
    mtproto::download_options how;
    how.dc = dc;
    if (dc != 0)
        how.size = file.at("size").to_number<std::uint64_t>();
    how.refresh = [good] { return given(good); };
    mtproto::memory_sink sink;
    auto const got = co_await mtproto::download(tg, place, sink, how);
    if (!got)
        co_return got.error();
    auto const digest = mtproto::crypto::to_hex(mtproto::crypto::sha256(sink.data()));
    co_return digest == std::string_view(file.at("sha256").as_string()) ? result<>() : wrong("the file from afar is not as it was");
}

task<result<>> files(client& tg, const json::object& server)
{
    for (std::size_t const size : {1u, 1000u, 700'000u, 11u * 1024 * 1024 + 13})
        if (auto const done = co_await there_and_back(tg, size); !done)
            co_return done;
    auto const& file = server.at("file").as_object();
    if (auto const done = co_await from_afar(tg, file, file.at("dc").to_number<int>(), false); !done)
        co_return done;
    co_return co_await from_afar(tg, file, 0, true);
}

task<result<>> updates(client& tg)
{
    mtproto::update_stream stream(tg);
    for (;;) {
        auto const batch = co_await stream.next();
        if (!batch)
            co_return batch.error();
        for (auto const& update : batch->updates) {
            auto const* const fresh = tl::get_if<api::updateNewMessage>(update);
            auto const* const message = fresh ? tl::get_if<api::message>(*fresh->message) : nullptr;
            if (!message)
                co_return wrong("an update that nobody sent");
            std::cout << "update " << message->message_ << std::endl;
            if (message->message_ == "end")
                co_return result<>{};
        }
    }
}

task<result<>> many(client& tg)
{
    constexpr std::size_t calls = 300;
    std::size_t done = 0;
    error why;
    asio::steady_timer all_done(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    for (std::size_t i = 0; i != calls; ++i) {
        api::users::getUsers request;
        request.id.emplace_back(api::inputUserSelf());
        tg.async_invoke(request, [&](result<std::vector<api::User>> users) {
            if (!users)
                why = users.error();
            else if (users->size() != 1)
                why = wrong("not one user was answered");
            if (++done == calls)
                all_done.cancel();
        });
    }
    boost::system::error_code ignored;
    co_await all_done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return why.code() ? result<>(why) : result<>();
}

task<result<>> temporary(client& tg)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int i = 0; i != 8; ++i) {
        if (auto const done = co_await ask_who_we_are(tg); !done)
            co_return done;
        timer.expires_after(1s);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return result<>{};
}

task<result<>> run(std::string name, const json::object& server)
{
    auto options = options_for(server);
    if (name == "temporary") {
        options.temporary_keys = true;
        options.temporary_key_lifetime = 62s; // a minute before its end a key is not used any more
    }
    if (name == "websocket") {
        options.data_centres.front().address.port = server.at("websocket").to_number<std::uint16_t>();
        options.make_transport = mtproto::use_transport([](asio::any_io_executor strand, int dc, mtproto::crypto::random_source& random) {
            transport::websocket_options how;
            how.dc_id = static_cast<std::int16_t>(dc);
            return std::make_unique<transport::websocket>(std::move(strand), how, random);
        });
    }
    client tg(co_await asio::this_coro::executor, std::move(options));
    if (auto const in = co_await sign_in(tg, server); !in)
        co_return in;
    result<> done = wrong("there is no task " + name);
    if (name == "files")
        done = co_await files(tg, server);
    else if (name == "updates")
        done = co_await updates(tg);
    else if (name == "many")
        done = co_await many(tg);
    else if (name == "websocket")
        done = co_await ask_who_we_are(tg);
    else if (name == "temporary")
        done = co_await temporary(tg);
    if (!done)
        co_return done;
    co_return co_await tg.close();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: gotd-client files | updates | many | websocket | temporary   with gotd_server's line on standard input\n";
        return 2;
    }
    std::string line;
    std::getline(std::cin, line);
    auto const server = json::parse(line).as_object();
    asio::io_context io(1);
    int status = 1;
    asio::co_spawn(io, run(argv[1], server), [&](std::exception_ptr broken, result<> how) {
        if (broken)
            std::rethrow_exception(broken);
        if (!how)
            std::cerr << how.error().message() << '\n';
        status = how ? 0 : 1;
    });
    io.run();
    return status;
}

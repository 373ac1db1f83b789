// `mtprotod test`: recent dialogs of a running daemon, as JSON.

#include "commands.hpp"
#include "redact.hpp"

#include "../mtproto/console.hpp"
#include "../mtproto/json_text.hpp"
#include "../mtproto/schema_source.hpp"

#include <mtproto/api/api.hpp>
#include <mtproto/proxy/client.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdio>

namespace mtproto::daemon {

namespace {

result<proxy::client_options> options_of(const test_options& from)
{
    proxy::client_options out;
    if (!from.proxy.empty())
        out.address = from.proxy;
    out.account = from.account;
    out.token = from.token;
    out.tls = from.tls || !from.ca.empty() || !from.cert.empty();
    auto const read = [](const std::string& file, std::string& into) -> result<> {
        if (file.empty())
            return {};
        auto text = apps::read_text(file);
        if (!text)
            return text.error();
        into = std::move(*text);
        return {};
    };
    for (auto const& [file, into] : {
             std::pair{&from.token_file, &out.token},
             {&from.ca, &out.root_ca},
             {&from.cert, &out.certificate},
             {&from.key, &out.private_key},
         })
        if (auto const done = read(*file, *into); !done)
            return done.error();
    out.token = out.token.substr(0, out.token.find_first_of("\r\n"));
    return out;
}

// Not by way of values: the answer's types alone would take half a minute to compile.
result<boost::json::value> dialogs(proxy::client_options options, int limit, std::chrono::seconds timeout)
{
    api::messages::getDialogs request;
    request.offset_peer = api::inputPeerEmpty();
    request.limit = limit;
    boost::asio::io_context io;
    auto const caller = std::make_shared<proxy::detail::grpc_caller>(options);
    proxy::call_options how;
    how.timeout = timeout;
    auto answer = boost::asio::co_spawn(
        io,
        proxy::detail::call(caller, io.get_executor(), proxy::detail::method_path<api::messages::getDialogs>(),
                            proxy::detail::request_message(request), how),
        boost::asio::use_future);
    io.run();
    auto const message = answer.get();
    if (!message)
        return message.error();
    tl::writer bytes;
    if (auto const read = tl::protobuf_to_tl<tl::shape_of<api::messages::Dialogs>>(*message, bytes); !read)
        return error(errc::wrong_result, read.error().message());
    auto const& schema = apps::api_schema();
    return tl::schema::tl_to_json(schema, bytes.view());
}

} // namespace

int run_test(const test_options& from)
{
    secrets().add(from.token);
    auto options = options_of(from);
    if (!options) {
        complain(apps::printable(options.error().text()));
        return exit_usage;
    }
    secrets().add(options->token);
    auto const address = options->address;
    auto const found = dialogs(std::move(*options), from.limit, std::chrono::seconds(from.timeout));
    if (!found) {
        auto const& why = found.error();
        bool const usage = why.is(errc::bad_argument);
        auto const* const hint = why.is(errc::not_connected) ? "; is mtprotod running there?" : "";
        complain(apps::printable(
            secrets().scrub(usage ? why.text() : address + ": " + why.message() + hint)));
        return usage ? exit_usage : exit_failed;
    }
    std::fputs((apps::pretty_json(*found) + '\n').c_str(), stdout);
    return std::fflush(stdout) == 0 ? exit_ok : exit_failed;
}

} // namespace mtproto::daemon

// The data centre that every client of this benchmark talks to, and what they all are given: a key that is signed in for each,
// a group with a history, a file, and the same values written down in every layer.
//
//   peer-server --data DIR --keys N --file-bytes N [--schema FILE]...      FILE: another layer's schema, see schema/layers/
//
// Prints one line of JSON when everything is there, and ends with its input.
#include "../../proxy/servers.hpp" // canned_history()

#include <mtproto/api/layer.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/api/schema_text.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/file_source.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/crypto/message_cipher.hpp>
#include <mtproto/sandbox/data_centre.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/schema/parser.hpp>
#include <mtproto/tl/schema/transcode.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace {

namespace api = mtproto::api;
namespace asio = boost::asio;
namespace sandbox = mtproto::sandbox;
namespace tl = mtproto::tl;
using bytes = std::vector<std::byte>;

constexpr auto phone = "+15550001";
constexpr auto code = "12345";

struct settings
{
    std::string data{};
    int keys = 1;
    std::size_t file_bytes = 0;
    std::vector<std::string> schemas{};
};

settings read_arguments(int argc, char** argv)
{
    settings out;
    for (int i = 1; i + 1 < argc; i += 2) {
        std::string const name = argv[i];
        if (name == "--data")
            out.data = argv[i + 1];
        else if (name == "--keys")
            out.keys = std::stoi(argv[i + 1]);
        else if (name == "--file-bytes")
            out.file_bytes = std::stoull(argv[i + 1]);
        else if (name == "--schema")
            out.schemas.emplace_back(argv[i + 1]);
        else
            throw std::runtime_error("unknown argument " + name);
    }
    if (out.data.empty())
        throw std::runtime_error("usage: peer-server --data DIR --keys N --file-bytes N [--schema FILE]...");
    return out;
}

std::string hex(std::span<const std::byte> data)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (auto const one : data) {
        out += digits[std::to_integer<unsigned>(one) >> 4];
        out += digits[std::to_integer<unsigned>(one) & 15];
    }
    return out;
}

void write_file(const std::string& name, std::span<const std::byte> data)
{
    std::ofstream out(name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
    if (!out.flush())
        throw std::runtime_error("cannot write " + name);
}

/// A message of 100 characters with three entities: what the clients encode, each in its layer.
bytes canned_request()
{
    api::messages::sendMessage request;
    request.peer = api::inputPeerUser{.user_id = 5'000'000'001, .access_hash = 0x5eedf00d12345679};
    request.message = std::string(100, 'x');
    request.random_id = 0x1122334455667788;
    request.entities = std::vector<api::MessageEntity>{api::messageEntityBold{.offset = 0, .length = 10},
                                                       api::messageEntityItalic{.offset = 20, .length = 10},
                                                       api::messageEntityCode{.offset = 40, .length = 10}};
    return tl::encode(request).value();
}

/// Writes the values of one layer; all clients of that layer work on these very bytes.
void write_layer(const std::string& folder, int layer, const bytes& request, const bytes& reply)
{
    write_file(folder + "/request." + std::to_string(layer), request);
    write_file(folder + "/reply." + std::to_string(layer), reply);
}

/// Packets from a server under a key that everybody knows, and that key.
std::string write_packets(const std::string& folder)
{
    namespace crypto = mtproto::crypto;
    std::array<std::byte, crypto::auth_key::size> secret{};
    for (std::size_t i = 0; i < secret.size(); ++i)
        secret[i] = static_cast<std::byte>(i * 7 + 1);
    crypto::auth_key const key(secret);
    crypto::system_random random;
    for (std::size_t const size : {1, 64}) {
        bytes plaintext(32 + size * 1024);
        plaintext[16] = std::byte(1); // of a message id, which is odd for an answer
        for (std::size_t i = 0; i < 4; ++i)
            plaintext[28 + i] = static_cast<std::byte>(size * 1024 >> (8 * i));
        write_file(folder + "/packet_" + std::to_string(size) + "k",
                   crypto::encrypt_message(key, crypto::direction::server_to_client, plaintext, random));
    }
    return hex(secret);
}

mtproto::client_options options_of(const mtproto::transport::endpoint& address, const std::string& pem)
{
    mtproto::client_options out;
    out.api_id = 1;
    out.api_hash = "hash";
    out.data_centres = {{.dc = 2, .address = address}};
    out.keys = {mtproto::crypto::rsa_public_key::from_pem(pem).value()};
    out.use_environment = false;
    return out;
}

mtproto::task<std::string> sign_in(mtproto::client& tg)
{
    (co_await tg.connect()).value();
    auto const known_code = [](auto&) { return std::string(code); };
    auto const no_password = [](auto&) { return std::string(); };
    (co_await mtproto::sign_in(tg, phone, known_code, no_password)).value();
    auto const session = (co_await tg.session()).value();
    co_return hex(session.auth_key->view());
}

mtproto::task<void> send_file(mtproto::client& tg, const bytes& content)
{
    mtproto::memory_source source(content);
    mtproto::upload_options how;
    how.name = "data.bin";
    auto file = (co_await mtproto::upload(tg, source, how)).value();
    api::inputMediaUploadedDocument document;
    document.file = std::move(file);
    document.mime_type = "application/octet-stream";
    document.force_file = true;
    api::messages::sendMedia request;
    request.peer = api::inputPeerSelf();
    request.media = std::move(document);
    request.random_id = mtproto::random_id();
    (co_await tg.invoke_raw(tl::encode(request).value())).value();
}

/// A group in which thirty people have said a hundred things to the account.
std::int64_t populate(sandbox::data_centre& dc)
{
    auto const me =
        dc.add_user({.phone = phone, .first_name = "Ada", .last_name = "Lovelace", .username = "ada_lovelace", .code = code}).value();
    std::vector<std::int64_t> people;
    for (int i = 0; i < 30; ++i) {
        auto const number = std::to_string(100 + i);
        people.push_back(dc.add_user({.phone = "+15551" + number,
                                      .first_name = "Person " + number,
                                      .last_name = "Of the group",
                                      .username = "person_" + number})
                             .value());
    }
    auto const group = dc.add_group({.title = "Benchmarks", .creator = me, .members = people});
    for (int i = 0; i < 100; ++i)
        dc.send_message(people[static_cast<std::size_t>(i) % people.size()], group,
                        "The Analytical Engine has no pretensions whatever to originate anything. It can do whatever we "
                        "know how to order it to "
                        "perform; number " +
                            std::to_string(i))
            .value();
    return group.id;
}

void serve(const settings& wanted)
{
    auto const request = canned_request();
    auto const reply = proxy_benchmark::canned_history();
    write_layer(wanted.data, api::layer, request, reply);
    auto const native = tl::schema::parse_pieces(api::schema_text, "api.tl").value();

    asio::io_context served(1);
    auto work = asio::make_work_guard(served);
    sandbox::options plan;
    plan.code = code;
    sandbox::data_centre dc(served.get_executor(), plan);
    for (auto const& name : wanted.schemas) {
        std::ifstream file(name);
        std::string const text{std::istreambuf_iterator<char>(file), {}};
        auto const other = tl::schema::parse(text, name).value();
        auto layer = other.layer();
        if (layer == 0)
            layer = std::stoi(name.substr(name.find_last_of('/') + 1));
        dc.add_layer(layer, text).value();
        write_layer(wanted.data, layer, tl::schema::transcode(native, other, request).value(),
                    tl::schema::transcode(native, other, reply).value());
    }
    auto const group = populate(dc);
    auto const address = dc.listen().value();
    std::thread server([&] { served.run(); });

    boost::json::object out;
    out["host"] = address.host;
    out["port"] = address.port;
    out["dc"] = dc.dc();
    out["public_key"] = dc.public_key_pem();
    out["chat"] = group;
    out["packet_key"] = write_packets(wanted.data);
    {
        bytes content(wanted.file_bytes);
        for (std::size_t i = 0; i < content.size(); ++i)
            content[i] = static_cast<std::byte>(sandbox::mix(i / 8) >> (i % 8 * 8));
        write_file(wanted.data + "/file", content);
        asio::io_context io(1);
        auto const run = [&io](auto task) {
            auto done = asio::co_spawn(io, std::move(task), asio::use_future);
            io.restart();
            while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
                io.run_one();
            return done.get();
        };
        auto& keys = out["keys"].emplace_array();
        for (int i = 0; i < wanted.keys; ++i) {
            mtproto::client tg(io, options_of(address, dc.public_key_pem()));
            keys.emplace_back(run(sign_in(tg)));
            if (i == 0 && !content.empty())
                run(send_file(tg, content));
            (void)run(tg.close());
        }
    }
    for (auto const& file : dc.files())
        if (file.data.size() == wanted.file_bytes)
            out["file"] = {{"id", std::to_string(file.id)},
                           {"access_hash", std::to_string(file.access_hash)},
                           {"reference", hex(file.reference)}};
    std::cout << boost::json::serialize(out) << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    dc.stop();
    work.reset();
    server.join();
}

} // namespace

int main(int argc, char** argv)
{
    try {
        serve(read_arguments(argc, argv));
    } catch (const std::exception& problem) {
        std::cerr << "peer-server: " << problem.what() << '\n';
        return 1;
    }
}

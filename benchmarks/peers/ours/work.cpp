// What needs no connection: TL and ciphers.
#include "plan.hpp"
#include "types.hpp"

#include <mtproto/crypto/aes_ige.hpp>
#include <mtproto/crypto/factor.hpp>
#include <mtproto/crypto/message_cipher.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace peer {

namespace {

bytes read_file(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty())
        throw std::runtime_error("cannot read " + name);
    auto const* const data = reinterpret_cast<const std::byte*>(text.data());
    return {data, data + text.size()};
}

} // namespace

void codec(const plan& with)
{
    auto const seconds = with.number("seconds");
    auto const wire = read_file(with.text("reply"));
    auto const request = make_request();
    if (encode_request(*request).value() != read_file(with.text("request")))
        throw std::runtime_error("the request's bytes are not the expected ones");
    auto const reply = decode_reply(wire);
    if (encode_reply(*reply).value() != wire)
        throw std::runtime_error("the reply's bytes are not the expected ones");
    auto const must = [](const mtproto::result<bytes>& encoded) {
        if (!encoded)
            throw std::runtime_error(encoded.error().message());
    };
    row("encode_request_ns", best_time(seconds, [&] { must(encode_request(*request)); }) * 1e9);
    row("decode_reply_us", best_time(seconds, [&] { (void)read_reply(wire); }) * 1e6);
    row("encode_reply_us", best_time(seconds, [&] { must(encode_reply(*reply)); }) * 1e6);
}

void crypto(const plan& with)
{
    using namespace mtproto::crypto;
    auto const seconds = with.number("seconds");
    std::array<std::byte, 32> key{};
    std::array<std::byte, 32> iv{};
    key.fill(std::byte(0x5a));
    iv.fill(std::byte(0xa5));
    for (auto const size : {1, 16, 512}) {
        bytes data(static_cast<std::size_t>(size) * 1024);
        auto const name = std::to_string(size) + "k_mbs";
        auto const rate = [&](double time) { return static_cast<double>(data.size()) / time / 1e6; };
        row("ige_encrypt_" + name, rate(best_time(seconds, [&] { ige_encrypt(data, key, iv); })));
        row("ige_decrypt_" + name, rate(best_time(seconds, [&] { ige_decrypt(data, key, iv); })));
    }

    auto const secret = with.hex("packet_key");
    auto const shared = auth_key(std::span<const std::byte, auth_key::size>(secret));
    system_random random;
    for (auto const size : {1, 64}) {
        bytes plaintext(32 + static_cast<std::size_t>(size) * 1024); // salt, session, and the message's id, number and length
        bytes packet;
        auto const name = std::to_string(size) + "k";
        row("packet_write_" + name + "_us",
            best_time(seconds, [&] { encrypt_message(shared, direction::client_to_server, plaintext, random, packet); }) * 1e6);
        auto const wire = read_file(with.text("packet_" + name));
        auto copy = wire;
        row("packet_read_" + name + "_us", best_time(seconds, [&] {
                                               std::copy(wire.begin(), wire.end(), copy.begin()); // reading is in place
                                               if (!decrypt_message(shared, direction::server_to_client, copy))
                                                   throw std::runtime_error("a packet could not be read");
                                           }) * 1e6);
    }

    std::vector<std::uint64_t> numbers;
    std::istringstream listed(with.text("pq"));
    for (std::string one; std::getline(listed, one, ',');)
        numbers.push_back(std::stoull(one));
    auto const each = best_time(seconds, [&] {
        for (auto const pq : numbers)
            if (auto const found = factorize(pq); !found || found->first * found->second != pq)
                throw std::runtime_error("wrong factors");
    });
    row("pq_us", each / static_cast<double>(numbers.size()) * 1e6);
}

} // namespace peer

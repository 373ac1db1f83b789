// What a server makes of a connection's first bytes: framing, obfuscation, MTProxy with every kind of secret, HTTP; and what
// a client makes of a proxy's answer.
#include "fuzz.hpp"

#include <mtproto/transport/detect.hpp>
#include <mtproto/transport/server_stream_codec.hpp>
#include <mtproto/transport/stream_codec.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace mtproto::transport;

template <class Codec>
void feed(Codec& codec, fuzz::bytes_view bytes, std::size_t step)
{
    std::vector<std::byte> out;
    while (!bytes.empty()) {
        auto const piece = bytes.first(std::min(step, bytes.size()));
        bytes = bytes.subspan(piece.size());
        codec.feed(piece);
        for (;;) {
            auto const got = codec.next();
            codec.take_output(out);
            if (!got)
                return;
            if (!*got)
                break;
        }
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::input in(data, size);
    auto const how = in.byte();
    auto const step = 1 + in.byte();
    auto const bytes = in.rest();
    mtproto::crypto::seeded_random random(7);
    static auto const tls = mtproxy_secret::parse("ee000102030405060708090a0b0c0d0e0f6578616d706c652e6f7267").value();
    static auto const padded = mtproxy_secret::parse("dd000102030405060708090a0b0c0d0e0f").value();

    auto const told = detect(bytes);
    fuzz::require(told.has_value() || bytes.size() < 64, "64 bytes do not tell how a connection was opened");
    fuzz::require(!told || told->consumed <= bytes.size(), "more was consumed than there is");

    if (how & 1) {
        client_options options;
        options.max_frame = 4096;
        if (how & 2)
            options.secret = how & 4 ? tls : padded;
        options.obfuscated = how & 8;
        auto codec = stream_codec::make(options, random).value();
        std::vector<std::byte> out;
        codec.start(out);
        feed(codec, bytes, step);
    } else {
        server_options options;
        options.max_frame = 4096;
        options.direct = how & 2;
        if (how & 4)
            options.secrets = {tls, padded};
        server_stream_codec codec(options, random);
        feed(codec, bytes, step);
    }
    return 0;
}

// A session's server against a client that has the key and says anything.
#include "session.hpp"

#include <mtproto/session/message_id.hpp>
#include <mtproto/session/server_engine.hpp>

#include <chrono>
#include <vector>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace mtproto;
    using namespace mtproto::session;
    auto const& key = fuzz::key();
    auto now = fuzz::start;
    server_engine_options options;
    options.clock = fuzz::clock_from_start();
    crypto::seeded_random random(1), client_random(2);
    salt_schedule salts(5, key.id());
    server_engine engine(options, key, 99, salts, random);
    message_id_generator ids;
    fuzz::input in(data, size);
    std::vector<std::byte> packet, scratch;
    int packets = 0;
    while (!in.empty() && packets < 400) {
        auto const what = in.byte();
        if (what % 4 == 0) {
            now += std::chrono::milliseconds(in.half());
            engine.tick(now);
        } else {
            auto const text = fuzz::body(in);
            auto const id = ids.next(options.clock.unix_ns(now), message_kind::client);
            auto const salt = what & 0x20 ? 78u : salts.current(options.clock.unix_ns(now) / 1'000'000'000);
            seal(key, crypto::direction::client_to_server, {salt, 99, id, static_cast<std::int32_t>(in.byte()), text}, client_random,
                 packet);
            (void)engine.receive(packet, now);
        }
        while (auto const request = engine.next_request())
            engine.reply(request->msg_id, request->body, now);
        while (packets < 400 && engine.next_packet(packet, now)) {
            ++packets;
            fuzz::require(open(key, crypto::direction::server_to_client, packet, scratch).has_value(),
                          "the server sent what no client opens");
        }
    }
    return 0;
}

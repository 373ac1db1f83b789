// A session's client against a server that has the key and says anything: messages, times and calls come from the input.
#include "session.hpp"

#include <mtproto/session/client_engine.hpp>
#include <mtproto/session/message_id.hpp>

#include <chrono>
#include <vector>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace mtproto;
    using namespace mtproto::session;
    auto const& key = fuzz::key();
    auto now = fuzz::start;
    auto const clock = fuzz::clock_from_start();
    crypto::seeded_random random(1), server_random(2);
    client_engine engine(engine_options(), key, 77, clock, random);
    engine.connected(now);
    message_id_generator ids;
    fuzz::input in(data, size);
    std::vector<std::byte> packet, scratch;
    std::int64_t last_request = 0;
    int calls = 0, packets = 0, told = 0;
    while (!in.empty() && packets < 400) {
        auto const what = in.byte();
        switch (what % 5) {
        case 0: { // a call of 16 bytes
            std::vector<std::byte> request(16);
            request[0] = std::byte{0x11};
            engine.send(std::move(request), now);
            ++calls;
            break;
        }
        case 1: now += std::chrono::milliseconds(in.half()); break;
        default: {
            // A message, whose first 8 bytes after the constructor may be meant for the last request of the client's.
            auto text = fuzz::body(in);
            if (what & 0x80 && text.size() >= 12)
                for (int i = 0; i != 8; ++i)
                    text[static_cast<std::size_t>(4 + i)] = static_cast<std::byte>(last_request >> 8 * i);
            auto const id = ids.next(clock.unix_ns(now), what & 0x40 ? message_kind::response : message_kind::notice);
            seal(key, crypto::direction::server_to_client,
                 {what & 0x20 ? 78u : 77u, engine.session_id(), id, static_cast<std::int32_t>(in.byte()), text}, server_random, packet);
            (void)engine.receive(packet, now);
        }
        }
        while (packets < 400 && engine.next_packet(packet, now)) {
            ++packets;
            auto const opened = open(key, crypto::direction::client_to_server, packet, scratch);
            fuzz::require(opened.has_value(), "the client sent what no server opens");
            last_request = opened->msg_id;
        }
        while (auto const event = engine.next_event())
            if (std::holds_alternative<answer>(*event) || std::holds_alternative<failure>(*event))
                ++told;
    }
    fuzz::require(told + static_cast<int>(engine.pending_calls()) <= calls, "more calls were answered than made");
    return 0;
}

// Packets: plain messages, containers, and encrypted ones whose plaintext or ciphertext is the input.
#include "session.hpp"

#include <mtproto/session/container.hpp>
#include <mtproto/session/packet.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace {

using namespace mtproto;
using namespace mtproto::session;

void check_container(fuzz::bytes_view bytes)
{
    std::vector<message_view> messages;
    if (!unpack_container(std::int64_t{1} << 62 | 1, bytes, messages))
        return;
    fuzz::require(messages.size() <= max_container_messages, "too many messages");
    tl::writer to;
    write_container(to, messages);
    fuzz::require(std::ranges::equal(to.view(), bytes), "a container is not what it was taken for");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto const& key = fuzz::key();
    fuzz::input in(data, size);
    auto const how = in.byte() % 4;
    auto const bytes = in.rest();
    bytes_view const view(bytes);
    if (how == 0) {
        if (auto const message = parse_plain_message(view)) {
            auto const again = make_plain_message(message->msg_id, message->body);
            fuzz::require(again.size() <= view.size() && std::equal(again.begin(), again.end(), view.begin()),
                          "a plain message is not what it was taken for");
        }
    } else if (how == 1) {
        check_container(view);
    } else if (how == 2) { // nobody who lacks the key gets through
        std::vector<std::byte> scratch, packet(8);
        for (int i = 0; i != 8; ++i)
            packet[static_cast<std::size_t>(i)] = static_cast<std::byte>(key.id() >> 8 * i);
        packet.insert(packet.end(), view.begin(), view.end());
        fuzz::require(!open(key, crypto::direction::server_to_client, packet, scratch), "a forged packet was opened");
    } else if (view.size() >= 32) { // who has the key, but not our manners
        std::vector<std::byte> scratch, packet;
        crypto::seeded_random random(7);
        crypto::encrypt_message(key, crypto::direction::server_to_client, view, random, packet, crypto::padding_policy::minimal);
        if (auto const opened = open(key, crypto::direction::server_to_client, packet, scratch))
            fuzz::require(opened->body.size() <= packet.size() && opened->body.size() % 4 == 0, "a body beyond its packet");
    }
    return 0;
}

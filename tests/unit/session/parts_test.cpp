// The small parts: identifiers, packets, duplicates, salts, containers, compression, binding.
#include "support.hpp"

#include <set>

using namespace mtproto;
using namespace mtproto::session;
using namespace mtproto::session::test;

TEST_CASE("message_id: time, growth and kinds", "[session]")
{
    std::int64_t const unix_ns = 1'700'000'000'123'456'789;
    auto const id = message_id_at(unix_ns);
    CHECK(id >> 32 == 1'700'000'000);
    CHECK((id & 3) == 0);
    CHECK(std::abs(unix_ns_of(id) - unix_ns) < 2);

    message_id_generator ids;
    auto last = ids.next(unix_ns);
    for (auto const at : {unix_ns, unix_ns - 5'000'000'000, unix_ns, unix_ns + 1}) {
        auto const next = ids.next(at);
        CHECK(next > last);
        CHECK((next & 3) == 0);
        last = next;
    }
    CHECK((ids.next(unix_ns, message_kind::response) & 3) == 1);
    CHECK((ids.next(unix_ns, message_kind::notice) & 3) == 3);
    ids.restart();
    CHECK(ids.next(unix_ns - 5'000'000'000) < last);
}

TEST_CASE("message_id: the window of five minutes and thirty seconds", "[session]")
{
    std::int64_t const now = start_unix * 1'000'000'000;
    auto const at = [&](double seconds) {
        return check_age(message_id_at(now + static_cast<std::int64_t>(seconds * 1e9)), now);
    };
    CHECK(at(0) == message_age::valid);
    CHECK(at(-299) == message_age::valid);
    CHECK(at(-301) == message_age::too_old);
    CHECK(at(29) == message_age::valid);
    CHECK(at(31) == message_age::too_new);
    CHECK(check_age(INT64_MIN, now) == message_age::too_old);
    CHECK(check_age(INT64_MAX, now) == message_age::too_new);
}

TEST_CASE("seqno: twice the content-related messages before, one more for such a message", "[session]")
{
    seqno_generator seqnos;
    CHECK(seqnos.next(false) == 0);
    CHECK(seqnos.next(true) == 1);
    CHECK(seqnos.next(false) == 2);
    CHECK(seqnos.next(true) == 3);
    CHECK(seqnos.next(true) == 5);
    CHECK(seqnos.next(false) == 6);
}

TEST_CASE("packet: seals and opens, and nothing that was touched", "[session]")
{
    crypto::seeded_random random(1);
    auto const body = numbered(call_id_tag, 5, 40);
    bytes packet, scratch;
    auto const d = crypto::direction::client_to_server;
    seal(test_key(), d, {1, 2, 4, 1, body}, random, packet);
    auto const opened = open(test_key(), d, packet, scratch);
    REQUIRE(opened);
    CHECK(opened->salt == 1);
    CHECK(opened->session_id == 2);
    CHECK(opened->msg_id == 4);
    CHECK(opened->seqno == 1);
    CHECK(std::ranges::equal(opened->body, body));
    CHECK(peek_auth_key_id(packet).value() == test_key().id());

    auto padded = packet; // by a padded transport
    padded.resize(packet.size() + 15);
    CHECK(open(test_key(), d, padded, scratch));
    CHECK(!open(test_key(), crypto::direction::server_to_client, packet, scratch)); // a reflection
    for (std::size_t i = 0; i < packet.size(); ++i) {
        auto touched = packet;
        touched[i] ^= std::byte{1};
        auto const bad = open(test_key(), d, touched, scratch);
        REQUIRE(!bad);
        CHECK(bad.error() == error(errc::bad_message)); // the same words for every failure
    }
    for (std::size_t size = 0; size < packet.size(); ++size)
        CHECK(!open(test_key(), d, bytes_view(packet).first(size), scratch));
}

TEST_CASE("packet: lengths and paddings that are not allowed", "[session]")
{
    // Encrypted by a peer that has the key but lies about the length.
    auto const sealed = [](std::uint32_t length, std::size_t body, std::size_t padding) {
        crypto::seeded_random random(1);
        bytes plain(32 + body + padding);
        tl::writer to{std::span<std::byte>(plain)};
        to.raw(crypto::random_bytes<28>(random));
        to.number(length);
        auto const d = crypto::direction::server_to_client;
        auto const mk = crypto::msg_key(test_key(), plain, d);
        auto const keys = crypto::derive_aes_key_iv(test_key(), mk, d);
        crypto::ige_encrypt(plain, keys.key.view(), keys.iv.view());
        bytes packet(24);
        auto const id = crypto::store_le64(test_key().id());
        std::copy(id.begin(), id.end(), packet.begin());
        std::copy(mk.begin(), mk.end(), packet.begin() + 8);
        packet.insert(packet.end(), plain.begin(), plain.end());
        bytes scratch;
        return open(test_key(), d, packet, scratch).has_value();
    };
    CHECK(sealed(20, 20, 12));
    CHECK(sealed(16, 16, 1024));
    CHECK_FALSE(sealed(18, 20, 12));         // not a multiple of 4
    CHECK_FALSE(sealed(24, 20, 12));         // padding shorter than 12
    CHECK_FALSE(sealed(16, 16, 1040));       // padding longer than 1024
    CHECK_FALSE(sealed(64, 20, 12));         // beyond the plaintext
    CHECK_FALSE(sealed(0xfffffffc, 20, 12)); // far beyond
}

TEST_CASE("packet: unencrypted messages", "[session]")
{
    auto const body = numbered(1, 2);
    auto const packet = make_plain_message(44, body);
    auto const parsed = parse_plain_message(packet);
    REQUIRE(parsed);
    CHECK(parsed->msg_id == 44);
    CHECK(std::ranges::equal(parsed->body, body));
    CHECK(peek_auth_key_id(packet).value() == 0);
    auto encrypted = packet;
    encrypted[3] = std::byte{1};
    CHECK(!parse_plain_message(encrypted));
    for (std::size_t size = 0; size < packet.size(); ++size)
        CHECK(!parse_plain_message(bytes_view(packet).first(size)));
}

TEST_CASE("received_ids: duplicates, also of what was forgotten", "[session]")
{
    received_ids ids(1000);
    for (std::int64_t i = 1; i <= 3000; ++i)
        REQUIRE(ids.insert(i * 4, 0));
    CHECK_FALSE(ids.insert(3000 * 4, 0));
    CHECK_FALSE(ids.insert(2001 * 4, 0)); // the last thousand are known one by one
    CHECK_FALSE(ids.insert(4, 0));        // lower than all that are known
    CHECK_FALSE(ids.insert(2, 0));        // even if it never came
    CHECK(ids.is_forgotten(4));
    CHECK(ids.insert(3000 * 4 - 2, 0)); // late, but new
    CHECK_FALSE(ids.insert(3000 * 4 - 2, 0));
    CHECK_FALSE(received_ids(1).is_forgotten(1));
}

TEST_CASE("received_ids: never fewer than a thousand", "[session]")
{
    received_ids ids(1);
    for (std::int64_t i = 1; i <= 1000; ++i)
        ids.insert(i, 0);
    for (std::int64_t i = 1; i <= 1000; ++i)
        CHECK(ids.contains(i));
}

TEST_CASE("received_ids: states and refusals", "[session]")
{
    received_ids ids;
    CHECK(ids.status(5) == message_status::too_high);
    ids.insert(10, 0);
    ids.insert(20, 0);
    CHECK(ids.status(10) == message_status::received);
    CHECK(ids.status(15) == message_status::not_received);
    CHECK(ids.status(25) == message_status::too_high);
    ids.refuse(15);
    CHECK(ids.status(15) == message_status::not_received);
    CHECK_FALSE(ids.insert(15, 0));
    for (std::int64_t i = 100; i < 3000; ++i)
        ids.insert(i, 0);
    CHECK(ids.status(10) == message_status::unknown);
}

TEST_CASE("received_ids: the order of sequence numbers", "[session]")
{
    using order = received_ids::order;
    received_ids ids;
    ids.insert(10, 3);
    ids.insert(30, 7);
    CHECK(ids.check_order(20, 5) == order::good);
    CHECK(ids.check_order(20, 4) == order::good);
    CHECK(ids.check_order(20, 2) == order::too_low);
    CHECK(ids.check_order(20, 3) == order::too_low); // the same odd one
    CHECK(ids.check_order(20, 8) == order::too_high);
    CHECK(ids.check_order(20, 7) == order::too_high);
    CHECK(ids.check_order(40, 8) == order::good);
    CHECK(ids.check_order(40, 6) == order::too_low);
    ids.insert(60, 9);
    ids.forget_order_below(50); // a new count begins there
    CHECK(ids.check_order(49, 11) == order::good);
    CHECK(ids.insert(49, 11));
    CHECK(ids.check_order(55, 1) == order::good);
    CHECK(ids.check_order(55, 9) == order::too_high);
    CHECK(ids.check_order(70, 8) == order::too_low);
    ids.forget_order();
    CHECK(ids.check_order(70, 0) == order::good);
}

TEST_CASE("salt_store: moves on in time, and remembers what expired", "[session]")
{
    salt_store salts(1);
    CHECK(salts.current(0) == 1);
    CHECK(salts.runs_out(0, 1800));
    salts.set_future(std::vector<salt_period>{{2000, 4000, 3}, {1000, 2500, 2}, {9, 5, 9}}, 100);
    CHECK_FALSE(salts.runs_out(100, 1800));
    CHECK(salts.runs_out(3000, 1800));
    CHECK(salts.current(999) == 1);
    CHECK(salts.current(1000) == 2);
    CHECK_FALSE(salts.is_expired(1, 1000 + 1800));
    CHECK(salts.is_expired(1, 1000 + 1801));
    CHECK(salts.current(2100) == 3);
    CHECK_FALSE(salts.is_expired(3, 100000));   // in use
    CHECK_FALSE(salts.is_expired(777, 100000)); // never heard of
    CHECK(salts.set(4, 2200));
    CHECK_FALSE(salts.set(4, 2200));
    CHECK(salts.current(2300) == 4);
    CHECK(salts.set(1, 2400)); // a server may return to a salt
    CHECK_FALSE(salts.is_expired(1, 100000));
}

TEST_CASE("salt_schedule: current, previous, future, rotated", "[session]")
{
    salt_schedule salts(1, 2, 3600);
    std::int64_t const t = 3600 * 1000 + 100;
    auto const current = salts.current(t);
    CHECK(salts.is_valid(current, t));
    CHECK(salts.is_valid(current, t + 3600)); // for half a period more
    CHECK_FALSE(salts.is_valid(current, t + 7200));
    CHECK_FALSE(salts.is_valid(current + 1, t));
    CHECK_FALSE(salts.is_valid(0, t));
    auto const future = salts.future(3, t);
    REQUIRE(future.size() == 3);
    CHECK(future[0].salt == current);
    CHECK(future[1].valid_since == 3600 * 1001);
    CHECK(salts.current(future[1].valid_since) == future[1].salt);
    CHECK(salts.future(1000, t).size() == 64);
    CHECK_FALSE(salts.is_valid(future[1].salt, t));
    salts.accept_first(5, t);
    CHECK(salts.is_valid(5, t + 3599));
    CHECK_FALSE(salts.is_valid(5, t + 3600));
    salts.rotate(t);
    CHECK_FALSE(salts.is_valid(current, t));
    CHECK_FALSE(salts.is_valid(5, t));
    CHECK(salts.is_valid(salts.current(t), t));
    CHECK(salt_schedule(1, 3, 3600).current(t) != current); // of another key
}

TEST_CASE("container: every rule", "[session]")
{
    std::vector<message_view> out;
    auto const body = numbered(1, 2);
    bytes data; // what the views in `out` point into
    auto const unpack = [&](const std::vector<message>& messages, std::int64_t outer = 100) {
        data = fake_server::container_of(messages);
        return unpack_container(outer, data, out).has_value();
    };
    CHECK(unpack({{4, 1, body}, {8, 3, body}}));
    REQUIRE(out.size() == 2);
    CHECK(out[1].msg_id == 8);
    CHECK(out[1].seqno == 3);
    CHECK(std::ranges::equal(out[1].body, body));
    CHECK_FALSE(unpack({{100, 1, body}})); // not below the container
    CHECK_FALSE(unpack({{104, 1, body}}));
    CHECK_FALSE(unpack({{4, 1, body}, {4, 1, body}}));                        // twice the same
    CHECK_FALSE(unpack({{5, 1, body}}));                                      // of the other side
    CHECK_FALSE(unpack({{4, 0, fake_server::container_of({{0, 1, body}})}})); // nested
    CHECK_FALSE(unpack({{4, 1, {}}}));                                        // empty
    CHECK_FALSE(unpack({{4, 1, bytes(6)}}));                                  // not whole words

    std::vector<message> many;
    for (std::int64_t i = 0; i < 1020; ++i)
        many.push_back({i * 4, 1, body});
    CHECK(unpack(many, 1 << 20));
    many.push_back({1020 * 4, 1, body});
    CHECK_FALSE(unpack(many, 1 << 20));

    auto trailing = fake_server::container_of({{4, 1, body}});
    trailing.resize(trailing.size() + 4);
    CHECK_FALSE(unpack_container(100, trailing, out).has_value());
    auto huge = fake_server::container_of({{4, 1, body}});
    tl::store(huge.data() + 4, std::uint32_t{0xffffffff});
    CHECK_FALSE(unpack_container(100, huge, out).has_value());
}

TEST_CASE("compression: only where it helps, once, and within limits", "[session]")
{
    auto const body = numbered(1, 2, 5000);
    auto const small = packed(body, 512);
    REQUIRE(small);
    CHECK(small->size() < body.size());
    CHECK(!packed(body, 0));
    CHECK(!packed(body, 10000));
    crypto::seeded_random random(3);
    CHECK(!packed(crypto::random_bytes<2000>(random), 512));

    bytes storage;
    auto const back = unpacked(*small, storage, {});
    REQUIRE(back);
    CHECK(std::ranges::equal(*back, body));
    CHECK(unpacked(body, storage, {})->data() == body.data());

    auto const twice = packed(*packed(numbered(1, 2, 400000), 1), 1);
    REQUIRE(twice);
    CHECK(!unpacked(*twice, storage, {}));
    std::vector<message> messages;
    for (int i = 0; i < 100; ++i)
        messages.push_back({i, 1, numbered(1, 2, 100)});
    CHECK(!unpacked(*packed(fake_server::container_of(messages), 1), storage, {}));
    auto const bomb = packed(bytes(3 << 20), 1);
    auto const burst = unpacked(*bomb, storage, {.max_output = 1 << 20});
    REQUIRE(!burst);
    CHECK(burst.error().is(errc::too_large));
    auto cut = *small;
    cut.resize(cut.size() - 8);
    CHECK(!unpacked(cut, storage, {}));
}

TEST_CASE("bind: the message opens with the same identifier only", "[session]")
{
    crypto::seeded_random random(5);
    binding const b{1, 2, test_key().id(), 4, 1'800'000'000};
    auto const message = make_bind_message(test_key(), b, 400, random);
    auto const opened = open_bind_message(test_key(), 400, message);
    REQUIRE(opened);
    CHECK(*opened == b);
    CHECK(!open_bind_message(test_key(), 404, message));
    auto touched = message;
    touched[40] ^= std::byte{1};
    CHECK(!open_bind_message(test_key(), 400, touched));
    CHECK(!open_bind_message(test_key(), 400, {}));
}

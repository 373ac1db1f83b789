// Both sides of the key exchange, each against the other and against a peer that cheats.
#include "sample_exchange.hpp"
#include "support.hpp"

#include "mtproto/session/client_handshake.hpp"
#include "mtproto/session/server_handshake.hpp"

#include <deque>
#include <functional>

using namespace mtproto;
using namespace mtproto::session;
using namespace mtproto::session::test;

namespace {

const crypto::rsa_private_key& rsa()
{
    static crypto::rsa_private_key const key = crypto::rsa_private_key::generate();
    return key;
}

handshake_options options(std::optional<std::chrono::seconds> temporary = {})
{
    handshake_options o;
    o.keys.push_back(rsa().public_key());
    o.temporary = temporary;
    o.clock = true_clock;
    return o;
}

/// A seeded exchange; `tamper` sees every answer of the server's, with its number, as a body it may change.
struct exchange
{
    explicit exchange(std::uint64_t seed, handshake_options o = options(), int retries = 0)
        : random(seed), client(std::move(o), random, primes), server({&rsa(), true_clock, retries}, server_random)
    {
    }

    result<> run(const std::function<void(int, bytes&)>& tamper = {})
    {
        auto packet = client.start(start).value();
        for (int round = 0;; ++round) {
            auto const reply = server.receive(packet, start);
            if (!reply)
                return reply.error();
            auto const plain = parse_plain_message(reply->send).value();
            bytes body(plain.body.begin(), plain.body.end());
            if (tamper)
                tamper(round, body);
            auto const next = client.receive(make_plain_message(plain.msg_id, body), start);
            if (!next)
                return next.error();
            if (next->done)
                return {};
            packet = next->send;
        }
    }

    crypto::dh_prime_cache primes;
    crypto::seeded_random random;
    crypto::seeded_random server_random{99};
    client_handshake client;
    server_handshake server;
};

/// What the client makes of an exchange in which one object of the server's is changed.
template <class T, class F>
error change(int round, F&& f, int retries = 0)
{
    exchange e(1, options(), retries);
    auto const outcome = e.run([&](int at, bytes& body) {
        if (at != round)
            return;
        auto object = tl::decode<T>(body).value();
        f(object);
        body = tl_bytes(object);
    });
    REQUIRE(!outcome);
    return outcome.error();
}

/// The same for what is encrypted in server_DH_params_ok: the cheat knows new_nonce, as a real server does.
template <class F>
error change_inner(F&& f)
{
    crypto::seeded_random random(1);
    (void)crypto::random_bytes<16>(random); // the client draws its nonce first, from the same seed
    auto const new_nonce = crypto::random_bytes<32>(random);
    exchange e(1);
    auto const outcome = e.run([&](int at, bytes& body) {
        if (at != 1)
            return;
        auto ok = tl::decode<mt::server_DH_params_ok>(body).value();
        auto const keys = crypto::derive_tmp_aes_key_iv(new_nonce, ok.server_nonce);
        auto inner = session::detail::open_dh<mt::server_DH_inner_data>(ok.encrypted_answer, keys).value();
        f(inner);
        ok.encrypted_answer = session::detail::seal_dh(inner, keys, random);
        body = tl_bytes(ok);
    });
    REQUIRE(!outcome);
    return outcome.error();
}

} // namespace

TEST_CASE("handshake: both sides agree", "[session]")
{
    exchange e(1);
    REQUIRE(e.run());
    auto const mine = e.client.outcome();
    auto const theirs = e.server.outcome();
    CHECK(mine.key == theirs.key);
    CHECK(mine.salt == theirs.salt);
    CHECK(mine.clock.known);
    CHECK(mine.clock.unix_seconds(start) == start_unix);
    CHECK(!mine.expires_at);
    CHECK(theirs.dc == 2);
}

TEST_CASE("handshake: temporary keys, test and media data centres", "[session]")
{
    auto o = options(3600s);
    o.media = o.test_mode = true;
    exchange e(2, o);
    REQUIRE(e.run());
    auto const mine = e.client.outcome();
    auto const theirs = e.server.outcome();
    CHECK(mine.key == theirs.key);
    CHECK(mine.expires_at == start_unix + 3600);
    CHECK(theirs.expires_at == start_unix + 3600);
    CHECK(theirs.dc == -10002);
}

TEST_CASE("handshake: retries, at most five", "[session]")
{
    exchange e(3, options(), 5);
    REQUIRE(e.run());
    CHECK(e.client.outcome().key == e.server.outcome().key);

    // A server that never has enough: the last dh_gen_ok is turned into one retry more.
    exchange endless(3, options(), 5);
    int retries = 0;
    auto const outcome = endless.run([&](int, bytes& body) {
        if (id_of(body) == mt::dh_gen_retry::tl_id)
            ++retries;
        if (id_of(body) == mt::dh_gen_ok::tl_id) {
            crypto::seeded_random random(3);
            (void)crypto::random_bytes<16>(random);
            auto const new_nonce = crypto::random_bytes<32>(random);
            auto const ok = tl::decode<mt::dh_gen_ok>(body).value();
            mt::dh_gen_retry retry;
            retry.nonce = ok.nonce;
            retry.server_nonce = ok.server_nonce;
            retry.new_nonce_hash2 = crypto::new_nonce_hash(new_nonce, 2, endless.server.outcome().key);
            body = tl_bytes(retry);
        }
    });
    CHECK(retries == 5);
    REQUIRE(!outcome);
    CHECK(outcome.error().text().find("too many retries") != std::string::npos);
}

TEST_CASE("handshake: a key that begins with a zero byte keeps it", "[session]")
{
    // One in 256. As change_inner(), but it is the client that is played: its share is chosen for the key it makes.
    crypto::seeded_random random(1);
    (void)crypto::random_bytes<16>(random);
    auto const new_nonce = crypto::random_bytes<32>(random);
    exchange e(1);
    auto packet = e.server.receive(e.client.start(start).value(), start).value().send;
    packet = e.server.receive(e.client.receive(packet, start).value().send, start).value().send;
    auto const params = tl::decode<mt::server_DH_params_ok>(parse_plain_message(packet).value().body).value();
    auto const keys = crypto::derive_tmp_aes_key_iv(new_nonce, params.server_nonce);
    auto const theirs = session::detail::open_dh<mt::server_DH_inner_data>(params.encrypted_answer, keys).value();

    mt::client_DH_inner_data share;
    auto const any_key = [&] {
        auto const pair = crypto::dh_generate(static_cast<std::uint32_t>(theirs.g), theirs.dh_prime, random).value();
        share.g_b.assign(pair.value.begin(), pair.value.end());
        return crypto::dh_shared_key(theirs.g_a, pair.exponent.view(), theirs.dh_prime);
    };
    auto key = any_key();
    while (key.view()[0] != std::byte{})
        key = any_key();
    share.nonce = params.nonce;
    share.server_nonce = params.server_nonce;
    mt::set_client_DH_params request;
    request.nonce = params.nonce;
    request.server_nonce = params.server_nonce;
    request.encrypted_data = session::detail::seal_dh(share, keys, random);

    auto const last = e.server.receive(make_plain_message(4, tl_bytes(request)), start);
    auto const ok = tl::decode<mt::dh_gen_ok>(parse_plain_message(last.value().send).value().body).value();
    CHECK(ok.new_nonce_hash1 == crypto::new_nonce_hash(new_nonce, 1, key));
    CHECK(e.server.outcome().key == key);
}

TEST_CASE("handshake: nonces are compared everywhere", "[session]")
{
    auto const flip = [](auto& nonce) { nonce[3] ^= std::byte{1}; };
    CHECK(change<mt::resPQ>(0, [&](auto& a) { flip(a.nonce); }).is(errc::handshake_failed));
    CHECK(change<mt::server_DH_params_ok>(1, [&](auto& a) { flip(a.nonce); }).is(errc::handshake_failed));
    CHECK(change<mt::server_DH_params_ok>(1, [&](auto& a) {
              flip(a.server_nonce);
          }).is(errc::handshake_failed));
    CHECK(change<mt::dh_gen_ok>(2, [&](auto& a) { flip(a.nonce); }).is(errc::handshake_failed));
    CHECK(change<mt::dh_gen_ok>(2, [&](auto& a) { flip(a.server_nonce); }).is(errc::handshake_failed));
    CHECK(change_inner([&](auto& a) { flip(a.nonce); }).is(errc::handshake_failed));
    CHECK(change_inner([&](auto& a) { flip(a.server_nonce); }).is(errc::handshake_failed));
}

TEST_CASE("handshake: only pinned RSA keys", "[session]")
{
    CHECK(change<mt::resPQ>(0, [](auto& a) {
              a.server_public_key_fingerprints = {1, 2};
          }).is(errc::handshake_failed));
    CHECK(change<mt::resPQ>(0, [](auto& a) {
              a.server_public_key_fingerprints.clear();
          }).is(errc::handshake_failed));
    // The right one is found among others.
    exchange e(1);
    CHECK(e.run([](int round, bytes& body) {
        if (round == 0) {
            auto a = tl::decode<mt::resPQ>(body).value();
            a.server_public_key_fingerprints.insert(a.server_public_key_fingerprints.begin(), 17);
            body = tl_bytes(a);
        }
    }));
}

TEST_CASE("handshake: pq that is prime, even, a square or too long", "[session]")
{
    auto const with = [](bytes pq) {
        return change<mt::resPQ>(0, [&](auto& a) { a.pq = std::move(pq); }).is(errc::bad_factorization);
    };
    CHECK(with(crypto::to_big_endian(2147483647)));
    CHECK(with(crypto::to_big_endian(0x17ed48941a08f982)));
    CHECK(with(crypto::to_big_endian(std::uint64_t(65537) * 65537)));
    CHECK(with(crypto::to_big_endian(0xffffffffffffffff)));
    CHECK(with(bytes(9, std::byte{1})));
    CHECK(with({}));
}

TEST_CASE("handshake: the hash over the encrypted answer", "[session]")
{
    for (std::size_t const at : {0u, 15u, 25u, 100u, 500u})
        CHECK(change<mt::server_DH_params_ok>(1, [&](auto& a) {
                  a.encrypted_answer[at] ^= std::byte{1};
              }).is(errc::handshake_failed));
    CHECK(change<mt::server_DH_params_ok>(1, [](auto& a) {
              a.encrypted_answer.resize(33);
          }).is(errc::handshake_failed));
    CHECK(change<mt::server_DH_params_ok>(1, [](auto& a) {
              a.encrypted_answer.clear();
          }).is(errc::handshake_failed));
}

TEST_CASE("handshake: bytes behind the hashed object are tolerated", "[session]")
{
    // As in the first official sample, whose hash covers more than the object.
    crypto::seeded_random random(1);
    auto const keys =
        crypto::derive_tmp_aes_key_iv(crypto::random_bytes<32>(random), crypto::random_bytes<16>(random));
    mt::client_DH_inner_data inner;
    inner.g_b = bytes(5);
    auto object = tl_bytes(inner);
    object.resize(object.size() + 8, std::byte{7});
    bytes data(20);
    auto const digest = crypto::sha1(object);
    std::copy(digest.begin(), digest.end(), data.begin());
    data.insert(data.end(), object.begin(), object.end());
    data.resize((data.size() + 15) / 16 * 16);
    crypto::ige_encrypt(data, keys.key.view(), keys.iv.view());
    CHECK(session::detail::open_dh<mt::client_DH_inner_data>(data, keys));
}

TEST_CASE("handshake: the group and g_a", "[session]")
{
    CHECK(change_inner([](auto& a) {
              a.g = 2;
          }).is(errc::bad_prime)); // 2, 5 and 6 generate too much of this prime
    CHECK(change_inner([](auto& a) { a.g = 1; }).is(errc::bad_prime));
    CHECK(change_inner([](auto& a) { a.g = 8; }).is(errc::bad_prime));
    CHECK(change_inner([](auto& a) { a.dh_prime.back() ^= std::byte{2}; }).is(errc::bad_prime));
    CHECK(change_inner([](auto& a) { a.dh_prime.resize(128); }).is(errc::bad_prime));
    CHECK(change_inner([](auto& a) { a.g_a = {std::byte{1}}; }).is(errc::bad_dh_value));
    CHECK(change_inner([](auto& a) { a.g_a = a.dh_prime; }).is(errc::bad_dh_value));
    CHECK(change_inner([](auto& a) {
              a.g_a = a.dh_prime;
              a.g_a.back() ^= std::byte{1}; // p - 1
          }).is(errc::bad_dh_value));
    CHECK(change_inner([](auto& a) { a.g_a.resize(200); }).is(errc::bad_dh_value)); // below 2^1984
}

TEST_CASE("handshake: the confirmation hashes", "[session]")
{
    auto const flip = [](auto& hash) { hash[0] ^= std::byte{1}; };
    CHECK(change<mt::dh_gen_ok>(2, [&](auto& a) { flip(a.new_nonce_hash1); }).is(errc::handshake_failed));
    auto const retry = change<mt::dh_gen_retry>(2, [&](auto& a) { flip(a.new_nonce_hash2); }, 1);
    CHECK(retry.text().find("dh_gen_retry is not confirmed") != std::string::npos);

    // dh_gen_ok turned into the other answers, with a hash that belongs to another number.
    auto const turned = [](auto other) {
        exchange e(1);
        auto const outcome = e.run([&](int round, bytes& body) {
            if (round == 2) {
                auto const ok = tl::decode<mt::dh_gen_ok>(body).value();
                other.nonce = ok.nonce;
                other.server_nonce = ok.server_nonce;
                body = tl_bytes(other);
            }
        });
        REQUIRE(!outcome);
        return outcome.error().text();
    };
    CHECK(turned(mt::dh_gen_fail()).find("dh_gen_fail is not confirmed") != std::string::npos);
    CHECK(turned(mt::dh_gen_retry()).find("dh_gen_retry is not confirmed") != std::string::npos);
}

TEST_CASE("handshake: server_DH_params_fail needs its hash", "[session]")
{
    auto const fail = [](bool right) {
        exchange e(1);
        auto const outcome = e.run([&](int round, bytes& body) {
            if (round != 1)
                return;
            crypto::seeded_random random(1);
            (void)crypto::random_bytes<16>(random);
            auto const digest = crypto::sha1(crypto::random_bytes<32>(random));
            auto const ok = tl::decode<mt::server_DH_params_ok>(body).value();
            mt::server_DH_params_fail answer;
            answer.nonce = ok.nonce;
            answer.server_nonce = ok.server_nonce;
            if (right)
                std::copy_n(digest.begin() + 4, 16, answer.new_nonce_hash.begin());
            body = tl_bytes(answer);
        });
        return outcome.error().text();
    };
    CHECK(fail(false).find("not confirmed") != std::string::npos);
    CHECK(fail(true).find("refused") != std::string::npos);
}

TEST_CASE("handshake: nothing out of turn, nothing encrypted", "[session]")
{
    exchange e(1);
    auto const first = e.client.start(start).value();
    auto const reply = e.server.receive(first, start).value();
    auto const body = parse_plain_message(reply.send)->body;
    CHECK(e.client.receive(reply.send, start));
    CHECK(!e.client.receive(reply.send, start)); // resPQ a second time
    CHECK(!e.client.receive(reply.send, start)); // and after a failure nothing works

    exchange other(1);
    (void)other.client.start(start);
    auto encrypted = make_plain_message(5, body);
    encrypted[0] = std::byte{1};
    CHECK(!other.client.receive(encrypted, start));
    CHECK(!exchange(1).client.receive(reply.send, start)); // before start()
}

TEST_CASE("server handshake: older clients", "[session]")
{
    crypto::seeded_random random(4), client_random(5);
    server_handshake server({&rsa(), true_clock}, random);
    auto const send = [&](const auto& object) {
        return server.receive(make_plain_message(4, tl_bytes(object)), start);
    };
    mt::req_pq ask;
    ask.nonce = crypto::random_bytes<16>(client_random);
    auto const first = send(ask).value();
    CHECK(send(ask).value().send == first.send); // a repeated packet: the same answer
    auto const pq = tl::decode<mt::resPQ>(parse_plain_message(first.send)->body).value();
    auto const [p, q] = crypto::factorize(pq.pq).value();

    // p_q_inner_data, padded with SHA-1
    mt::p_q_inner_data inner;
    inner.pq = pq.pq;
    inner.p = crypto::to_big_endian(p);
    inner.q = crypto::to_big_endian(q);
    inner.nonce = ask.nonce;
    inner.server_nonce = pq.server_nonce;
    inner.new_nonce = crypto::random_bytes<32>(client_random);
    auto const data = tl_bytes(inner);
    bytes block(255);
    auto const digest = crypto::sha1(data);
    std::copy(digest.begin(), digest.end(), block.begin());
    std::copy(data.begin(), data.end(), block.begin() + 20);
    auto const encrypted = rsa().public_key().raw_encrypt(block).value();

    mt::req_DH_params params;
    params.nonce = ask.nonce;
    params.server_nonce = pq.server_nonce;
    params.p = inner.p;
    params.q = inner.q;
    params.public_key_fingerprint = static_cast<std::int64_t>(rsa().fingerprint());
    params.encrypted_data.assign(encrypted.begin(), encrypted.end());
    auto const second = send(params);
    REQUIRE(second);
    auto const ok = tl::decode<mt::server_DH_params_ok>(parse_plain_message(second->send)->body).value();
    auto const keys = crypto::derive_tmp_aes_key_iv(inner.new_nonce, pq.server_nonce);
    auto const dh = session::detail::open_dh<mt::server_DH_inner_data>(ok.encrypted_answer, keys).value();
    CHECK(dh.g == 3);

    mt::client_DH_inner_data share;
    share.nonce = ask.nonce;
    share.server_nonce = pq.server_nonce;
    share.g_b = {std::byte{1}}; // a share that would make the key known to everybody
    mt::set_client_DH_params set;
    set.nonce = ask.nonce;
    set.server_nonce = pq.server_nonce;
    set.encrypted_data = session::detail::seal_dh(share, keys, client_random);
    auto const third = send(set);
    REQUIRE(!third);
    CHECK(third.error().is(errc::bad_dh_value));
}

TEST_CASE("server handshake: garbage", "[session]")
{
    crypto::seeded_random random(6);
    server_handshake server({&rsa(), true_clock}, random);
    for (int i = 0; i < 2000; ++i) {
        bytes body(4 * (1 + crypto::random_u64(random) % 60));
        random.fill(body);
        if (i % 3 == 0)
            tl::store(body.data(), i % 2 ? mt::req_DH_params::tl_id : mt::set_client_DH_params::tl_id);
        CHECK(!server.receive(make_plain_message(4, body), start));
        CHECK(!server.receive(body, start));
    }
}

namespace {

bytes unhex(std::string_view text) { return crypto::from_hex(text).value(); }

/// Gives what a test put there, as long as sizes agree, then anything.
class scripted_random final : public crypto::random_source
{
public:
    void fill(std::span<std::byte> out) override
    {
        if (next.empty() || next.front().size() != out.size())
            return rest_.fill(out);
        std::copy(next.front().begin(), next.front().end(), out.begin());
        next.pop_front();
    }
    std::deque<bytes> next{};

private:
    crypto::seeded_random rest_{1};
};

/// The client's side of the published exchange of 2013, up to the answer with the server's half.
struct published_exchange
{
    published_exchange()
    {
        random.next = {unhex(sample_exchange::nonce), unhex(sample_exchange::new_nonce)};
        REQUIRE(client.start(start));
        mt::resPQ reply;
        reply.nonce = array_of<16>(sample_exchange::nonce);
        reply.server_nonce = array_of<16>(sample_exchange::server_nonce);
        reply.pq = unhex(sample_exchange::pq);
        // Ours, since the padding of that time is not offered to anybody any more.
        reply.server_public_key_fingerprints = {static_cast<std::int64_t>(rsa().public_key().fingerprint())};
        auto const next = client.receive(make_plain_message(1, tl_bytes(reply)), start);
        REQUIRE(next);
        auto const asked =
            tl::decode<mt::req_DH_params>(parse_plain_message(next->send).value().body).value();
        CHECK(asked.p == unhex("494C553B"));
        CHECK(asked.q == unhex("53911073"));
        CHECK(random.next.empty());
    }
    template <std::size_t N>
    static std::array<std::byte, N> array_of(std::string_view text)
    {
        std::array<std::byte, N> out{};
        auto const data = unhex(text);
        REQUIRE(data.size() == N);
        std::copy(data.begin(), data.end(), out.begin());
        return out;
    }
    crypto::aes_key_iv keys() const
    {
        return crypto::derive_tmp_aes_key_iv(array_of<32>(sample_exchange::new_nonce),
                                             array_of<16>(sample_exchange::server_nonce));
    }
    result<handshake_step> answer(bytes encrypted)
    {
        mt::server_DH_params_ok reply;
        reply.nonce = array_of<16>(sample_exchange::nonce);
        reply.server_nonce = array_of<16>(sample_exchange::server_nonce);
        reply.encrypted_answer = std::move(encrypted);
        return client.receive(make_plain_message(5, tl_bytes(reply)), start);
    }

    scripted_random random{};
    crypto::dh_prime_cache primes{};
    client_handshake client{options(), random, primes};
};

} // namespace

TEST_CASE("handshake: the published exchange is understood, and its generator refused", "[session][sample]")
{
    published_exchange e;
    auto const next = e.answer(unhex(sample_exchange::encrypted_answer));
    REQUIRE_FALSE(next);
    CHECK(next.error().is(errc::bad_prime)); // g = 2: all checks before this one were passed
}

TEST_CASE("handshake: the published exchange, with a generator that is allowed, ends with its key",
          "[session][sample]")
{
    published_exchange e;
    // g_a and b make the key, whatever g is.
    auto inner =
        session::detail::open_dh<mt::server_DH_inner_data>(unhex(sample_exchange::encrypted_answer), e.keys())
            .value();
    CHECK(inner.g == 2);
    inner.g = 3;
    e.random.next = {unhex(sample_exchange::b)};
    auto const next = e.answer(session::detail::seal_dh(inner, e.keys(), e.random));
    REQUIRE(next);
    CHECK(e.random.next.empty());

    mt::dh_gen_ok done;
    done.nonce = e.array_of<16>(sample_exchange::nonce);
    done.server_nonce = e.array_of<16>(sample_exchange::server_nonce);
    done.new_nonce_hash1 = e.array_of<16>(sample_exchange::new_nonce_hash1);
    auto const last = e.client.receive(make_plain_message(9, tl_bytes(done)), start);
    REQUIRE(last);
    CHECK(last->done);
    auto const outcome = e.client.outcome();
    CHECK((outcome.key == crypto::auth_key(e.array_of<256>(sample_exchange::shared_key))));
}

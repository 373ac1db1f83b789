// The client's side of the key exchange, without I/O. https://core.telegram.org/mtproto/auth_key
#pragma once

#include "mtproto/crypto/dh.hpp"
#include "mtproto/crypto/factor.hpp"
#include "mtproto/crypto/rsa.hpp"
#include "mtproto/session/handshake.hpp"
#include "mtproto/session/message_id.hpp"
#include "mtproto/session/packet.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto::session {

/// What a key exchange needs to know beforehand.
struct handshake_options
{
    std::vector<crypto::rsa_public_key> keys{};      ///< the pinned keys; no other is ever used
    std::int32_t dc = 2;                             ///< the data centre one means to talk to
    bool test_mode = false;                          ///< a test data centre: sent as dc + 10000
    bool media = false;                              ///< a media-only data centre: sent as -dc
    std::optional<std::chrono::seconds> temporary{}; ///< the lifetime of a temporary key; none: permanent
    server_clock clock{};                            ///< a guess, for the identifiers of the first messages
};

/// Makes one authorization key: start(), then receive() for every packet until it says `done` or fails.
///
/// After a failure the object is of no further use: begin anew with another, on a new connection. Every
/// secret comes from `random`, which must be cryptographically strong, and is wiped. `random` and `primes`
/// must outlive the object. Not thread safe.
class client_handshake
{
public:
    using step = handshake_step;

    client_handshake(handshake_options options, random_source& random, crypto::dh_prime_cache& primes)
        : options_(std::move(options)), random_(random), primes_(primes)
    {
    }

    /// The first packet.
    result<bytes> start(time_point now)
    {
        random_.fill(nonce_);
        expecting_ = expect::pq;
        mt::req_pq_multi request;
        request.nonce = nonce_;
        return send(request, now);
    }

    /// Takes a packet of the server (not the 4 bytes of a transport error).
    ///
    /// Fails with errc::handshake_failed, bad_message, bad_prime, bad_dh_value, bad_factorization or
    /// random_failed: the text names the check. Costs some 10 ms, a quarter of a second more for a prime
    /// never seen before.
    result<step> receive(bytes_view packet, time_point now)
    {
        auto const message = parse_plain_message(packet);
        if (!message)
            return message.error();
        auto next = advance(message->body, now);
        if (!next)
            expecting_ = expect::nothing;
        return next;
    }

    /// The result, once; only after a step with `done`.
    handshake_outcome outcome() { return std::move(*outcome_); }

private:
    enum class expect
    {
        nothing,
        pq,
        dh_params,
        dh_answer,
    };

    result<step> advance(bytes_view body, time_point now)
    {
        switch (expecting_) {
        case expect::pq:
            return on_pq(body, now);
        case expect::dh_params:
            return on_dh_params(body, now);
        case expect::dh_answer:
            return on_dh_answer(body, now);
        case expect::nothing:
            break;
        }
        return detail::handshake_error("a message came when none was expected");
    }

    result<step> on_pq(bytes_view body, time_point now)
    {
        auto const answer = tl::decode<mt::resPQ>(body, true);
        if (!answer)
            return answer.error();
        if (answer->nonce != nonce_)
            return detail::handshake_error("resPQ carries another nonce");
        server_nonce_ = answer->server_nonce;

        auto const& offered = answer->server_public_key_fingerprints;
        auto const key = std::find_if(options_.keys.begin(), options_.keys.end(), [&](auto& k) {
            return std::find(offered.begin(), offered.end(), static_cast<std::int64_t>(k.fingerprint())) !=
                   offered.end();
        });
        if (key == options_.keys.end())
            return detail::handshake_error("the server has none of the pinned RSA keys");

        auto const factors = crypto::factorize(answer->pq);
        if (!factors)
            return factors.error();
        auto const p = crypto::to_big_endian(factors->first);
        auto const q = crypto::to_big_endian(factors->second);

        random_.fill(new_nonce_.mutable_view());
        auto inner = inner_data(answer->pq, p, q);
        crypto::wipe_on_exit const wiped{inner};
        auto const encrypted = crypto::rsa_pad_encrypt(*key, inner, random_);
        if (!encrypted)
            return encrypted.error();

        mt::req_DH_params request;
        request.nonce = nonce_;
        request.server_nonce = server_nonce_;
        request.p = p;
        request.q = q;
        request.public_key_fingerprint = static_cast<std::int64_t>(key->fingerprint());
        request.encrypted_data.assign(encrypted->begin(), encrypted->end());
        expecting_ = expect::dh_params;
        return step_with(request, now);
    }

    // p_q_inner_data_dc or p_q_inner_data_temp_dc, written by hand since new_nonce must not be left in other
    // memory.
    bytes inner_data(bytes_view pq, bytes_view p, bytes_view q) const
    {
        auto const dc = (options_.media ? -1 : 1) * (options_.dc + (options_.test_mode ? 10000 : 0));
        bytes data(4 + tl::string_size(pq.size()) + tl::string_size(p.size()) + tl::string_size(q.size()) +
                   16 + 16 + 32 + 4 + (options_.temporary ? 4 : 0));
        tl::writer to{std::span<std::byte>(data)};
        to.id(options_.temporary ? mt::p_q_inner_data_temp_dc::tl_id : mt::p_q_inner_data_dc::tl_id);
        to.string(pq);
        to.string(p);
        to.string(q);
        to.raw(nonce_);
        to.raw(server_nonce_);
        to.raw(new_nonce_.view());
        to.number(static_cast<std::int32_t>(dc));
        if (options_.temporary)
            to.number(static_cast<std::int32_t>(options_.temporary->count()));
        return data;
    }

    result<step> on_dh_params(bytes_view body, time_point now)
    {
        auto const answer = tl::decode<mt::Server_DH_Params>(body, true);
        if (!answer)
            return answer.error();
        if (auto const* fail = mt::get_if<mt::server_DH_params_fail>(*answer)) {
            auto const digest = crypto::sha1(new_nonce_.view());
            if (!is_ours(*fail) ||
                !crypto::equal_constant_time(fail->new_nonce_hash, bytes_view(digest).subspan(4)))
                return detail::handshake_error("server_DH_params_fail is not confirmed by its hash");
            return detail::handshake_error("the server refused the proof of work (server_DH_params_fail)");
        }
        auto const& ok = *mt::get_if<mt::server_DH_params_ok>(*answer);
        if (!is_ours(ok))
            return detail::handshake_error("server_DH_params_ok carries another nonce");
        auto const inner = detail::open_dh<mt::server_DH_inner_data>(
            ok.encrypted_answer, crypto::derive_tmp_aes_key_iv(new_nonce_.view(), server_nonce_));
        if (!inner)
            return inner.error();
        if (!is_ours(*inner))
            return detail::handshake_error("server_DH_inner_data carries another nonce");
        if (auto const safe =
                crypto::check_dh_group(static_cast<std::uint32_t>(inner->g), inner->dh_prime, primes_);
            !safe)
            return safe.error();
        clock_ = server_clock::at(now, std::int64_t{inner->server_time} * 1'000'000'000);
        server_time_ = inner->server_time;
        g_ = static_cast<std::uint32_t>(inner->g);
        prime_ = inner->dh_prime;
        g_a_ = inner->g_a;
        return send_share(0, now);
    }

    result<step> send_share(std::uint64_t retry_id, time_point now)
    {
        auto share = crypto::dh_exchange(g_, prime_, g_a_, random_); // checks g_a and g_b
        if (!share)
            return share.error();
        mt::client_DH_inner_data inner;
        inner.nonce = nonce_;
        inner.server_nonce = server_nonce_;
        inner.retry_id = static_cast<std::int64_t>(retry_id);
        inner.g_b.assign(share->g_b.begin(), share->g_b.end());
        mt::set_client_DH_params request;
        request.nonce = nonce_;
        request.server_nonce = server_nonce_;
        request.encrypted_data =
            detail::seal_dh(inner, crypto::derive_tmp_aes_key_iv(new_nonce_.view(), server_nonce_), random_);
        key_ = std::move(share->key);
        expecting_ = expect::dh_answer;
        return step_with(request, now);
    }

    result<step> on_dh_answer(bytes_view body, time_point now)
    {
        auto const answer = tl::decode<mt::Set_client_DH_params_answer>(body, true);
        if (!answer)
            return answer.error();
        auto const confirmed = [&](const auto& a, const tl::int128& hash, int number) {
            return is_ours(a) && crypto::equal_constant_time(
                                     hash, crypto::new_nonce_hash(new_nonce_.view(), number, *key_));
        };
        if (auto const* ok = mt::get_if<mt::dh_gen_ok>(*answer)) {
            if (!confirmed(*ok, ok->new_nonce_hash1, 1))
                return detail::handshake_error("dh_gen_ok is not confirmed by its hash");
            outcome_.emplace(handshake_outcome{*key_, crypto::initial_salt(new_nonce_.view(), server_nonce_),
                                               clock_, std::nullopt, options_.dc});
            if (options_.temporary)
                outcome_->expires_at = server_time_ + options_.temporary->count();
            key_.reset();
            new_nonce_ = {};
            expecting_ = expect::nothing;
            return step{{}, true};
        }
        if (auto const* retry = mt::get_if<mt::dh_gen_retry>(*answer)) {
            if (!confirmed(*retry, retry->new_nonce_hash2, 2))
                return detail::handshake_error("dh_gen_retry is not confirmed by its hash");
            if (++retries_ > max_handshake_retries)
                return detail::handshake_error("the server asked for too many retries");
            return send_share(key_->aux_hash(), now);
        }
        auto const& fail = *mt::get_if<mt::dh_gen_fail>(*answer);
        if (!confirmed(fail, fail.new_nonce_hash3, 3))
            return detail::handshake_error("dh_gen_fail is not confirmed by its hash");
        return detail::handshake_error("the server refused the key (dh_gen_fail)");
    }

    template <class T>
    bool is_ours(const T& answer) const noexcept
    {
        return answer.nonce == nonce_ && answer.server_nonce == server_nonce_;
    }
    template <class T>
    result<bytes> send(const T& request, time_point now)
    {
        auto const body = tl::encode(request);
        if (!body)
            return body.error();
        return make_plain_message(ids_.next(options_.clock.unix_ns(now)), *body);
    }
    template <class T>
    result<step> step_with(const T& request, time_point now)
    {
        auto packet = send(request, now);
        if (!packet)
            return packet.error();
        return step{std::move(*packet), false};
    }

    handshake_options options_;
    random_source& random_;
    crypto::dh_prime_cache& primes_;
    message_id_generator ids_;
    expect expecting_ = expect::nothing;
    int retries_ = 0;
    tl::int128 nonce_{};
    tl::int128 server_nonce_{};
    crypto::secret<32> new_nonce_{};
    server_clock clock_{};
    std::int64_t server_time_ = 0;
    std::uint32_t g_ = 0;
    bytes prime_;
    bytes g_a_;
    std::optional<crypto::auth_key> key_;
    std::optional<handshake_outcome> outcome_;
};

} // namespace mtproto::session

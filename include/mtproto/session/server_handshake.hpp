// The data centre's side of the key exchange, without I/O. https://core.telegram.org/mtproto/auth_key
#pragma once

#include "mtproto/crypto/dh.hpp"
#include "mtproto/crypto/factor.hpp"
#include "mtproto/crypto/rsa.hpp"
#include "mtproto/session/handshake.hpp"
#include "mtproto/session/message_id.hpp"
#include "mtproto/session/packet.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto::session {

/// What a data centre brings to the exchange.
struct server_handshake_options
{
    const crypto::rsa_private_key* key = nullptr; ///< must outlive the exchange
    server_clock clock{};
    int forced_retries = 0; ///< for tests: dh_gen_retry so often before the first dh_gen_ok
};

/// Answers one client's exchange; one object per connection, reusable when the client begins anew.
///
/// Takes req_pq and req_pq_multi, RSA_PAD and the SHA-1 padding of older clients, all four forms of
/// p_q_inner_data. A repeated packet gets the same answer again. `random` must outlive the object. Not thread
/// safe.
class server_handshake
{
public:
    using step = handshake_step;

    server_handshake(server_handshake_options options, random_source& random)
        : options_(options), random_(random)
    {
    }

    /// Takes a packet of the client. Fails with errc::handshake_failed or another code that names the check:
    /// drop the connection then. Costs some 5 ms.
    result<step> receive(bytes_view packet, time_point now)
    {
        auto const message = parse_plain_message(packet);
        if (!message)
            return message.error();
        if (!last_answer_.send.empty() && std::ranges::equal(message->body, last_request_))
            return last_answer_;
        auto next = advance(message->body, now);
        if (next) {
            last_request_.assign(message->body.begin(), message->body.end());
            last_answer_ = *next;
        } else {
            expecting_ = expect::pq;
            last_answer_ = {};
        }
        return next;
    }

    /// The key, salt and so on; only after a step with `done`. The answer of that step must still be sent.
    handshake_outcome outcome() { return std::move(*outcome_); }

private:
    enum class expect
    {
        pq,
        dh_params,
        client_share,
    };

    result<step> advance(bytes_view body, time_point now)
    {
        auto const id = tl::reader(body).peek_id();
        if (id == mt::req_pq_multi::tl_id || id == mt::req_pq::tl_id)
            return on_req_pq(body.subspan(4), now);
        if (id == mt::req_DH_params::tl_id && expecting_ == expect::dh_params)
            return on_req_dh_params(body, now);
        if (id == mt::set_client_DH_params::tl_id && expecting_ == expect::client_share)
            return on_client_share(body, now);
        return detail::handshake_error("a message that does not belong here in the exchange");
    }

    result<step> on_req_pq(bytes_view nonce, time_point now)
    {
        tl::reader from(nonce);
        if (!from.raw(nonce_))
            return from.error();
        random_.fill(server_nonce_);
        p_ = random_prime();
        do {
            q_ = random_prime();
        } while (q_ == p_);
        if (p_ > q_)
            std::swap(p_, q_);
        retries_ = 0;
        mt::resPQ answer;
        answer.nonce = nonce_;
        answer.server_nonce = server_nonce_;
        answer.pq = crypto::to_big_endian(p_ * q_);
        answer.server_public_key_fingerprints = {static_cast<std::int64_t>(options_.key->fingerprint())};
        expecting_ = expect::dh_params;
        return step_with(answer, now);
    }

    // Of 31 bits, so that pq stays below 2^62.
    std::uint64_t random_prime()
    {
        for (;;)
            if (auto const n = (crypto::random_u64(random_) & 0x7fffffffu) | 0x40000001u;
                crypto::detail::is_prime_u63(n))
                return n;
    }

    result<step> on_req_dh_params(bytes_view body, time_point now)
    {
        auto const request = tl::decode<mt::req_DH_params>(body, true);
        if (!request)
            return request.error();
        if (!is_ours(*request) || request->p != crypto::to_big_endian(p_) ||
            request->q != crypto::to_big_endian(q_) ||
            request->public_key_fingerprint != static_cast<std::int64_t>(options_.key->fingerprint()))
            return detail::handshake_error("req_DH_params does not fit resPQ");
        if (auto const known = read_inner(request->encrypted_data); !known)
            return known.error();

        auto pair = crypto::dh_generate(g, crypto::well_known_prime(), random_);
        if (!pair)
            return pair.error();
        exponent_ = pair->exponent;
        mt::server_DH_inner_data inner;
        inner.nonce = nonce_;
        inner.server_nonce = server_nonce_;
        inner.g = g;
        inner.dh_prime.assign(crypto::well_known_prime().begin(), crypto::well_known_prime().end());
        inner.g_a.assign(pair->value.begin(), pair->value.end());
        inner.server_time = static_cast<std::int32_t>(options_.clock.unix_seconds(now));
        mt::server_DH_params_ok answer;
        answer.nonce = nonce_;
        answer.server_nonce = server_nonce_;
        answer.encrypted_answer =
            detail::seal_dh(inner, crypto::derive_tmp_aes_key_iv(new_nonce_.view(), server_nonce_), random_);
        retry_id_ = 0;
        expecting_ = expect::client_share;
        return step_with(answer, now);
    }

    /// Decrypts p_q_inner_data in any of its forms and keeps new_nonce, dc and lifetime.
    result<> read_inner(bytes_view encrypted)
    {
        bytes plain;
        if (auto const padded = crypto::rsa_pad_decrypt(*options_.key, encrypted)) {
            plain.assign(padded->view().begin(), padded->view().end());
        } else {
            auto old = crypto::rsa_sha1_decrypt(*options_.key, encrypted);
            if (!old)
                return detail::handshake_error("the RSA-encrypted part cannot be decrypted");
            plain = std::move(*old);
        }
        crypto::wipe_on_exit const wiped{plain};
        tl::reader from(plain);
        auto const id = from.id();
        bool const temporary =
            id == mt::p_q_inner_data_temp::tl_id || id == mt::p_q_inner_data_temp_dc::tl_id;
        bool const with_dc = id == mt::p_q_inner_data_dc::tl_id || id == mt::p_q_inner_data_temp_dc::tl_id;
        if (!temporary && !with_dc && id != mt::p_q_inner_data::tl_id)
            return detail::handshake_error("the RSA-encrypted part is not p_q_inner_data");
        bytes_view pq, p, q, new_nonce;
        tl::int128 nonce{}, server_nonce{};
        std::int32_t dc = 0, expires_in = 0;
        if (!from.string(pq) || !from.string(p) || !from.string(q) || !from.raw(nonce) ||
            !from.raw(server_nonce) || !from.raw(32, new_nonce) || (with_dc && !from.number(dc)) ||
            (temporary && !from.number(expires_in)))
            return detail::handshake_error("p_q_inner_data is malformed");
        if (nonce != nonce_ || server_nonce != server_nonce_ ||
            !std::ranges::equal(pq, crypto::to_big_endian(p_ * q_)) ||
            !std::ranges::equal(p, crypto::to_big_endian(p_)) ||
            !std::ranges::equal(q, crypto::to_big_endian(q_)))
            return detail::handshake_error("p_q_inner_data does not fit resPQ");
        if (temporary && expires_in <= 0)
            return detail::handshake_error("a temporary key without a lifetime");
        std::ranges::copy(new_nonce, new_nonce_.mutable_view().begin());
        dc_ = dc;
        expires_in_ = temporary ? std::optional(expires_in) : std::nullopt;
        return {};
    }

    result<step> on_client_share(bytes_view body, time_point now)
    {
        auto const request = tl::decode<mt::set_client_DH_params>(body, true);
        if (!request)
            return request.error();
        if (!is_ours(*request))
            return detail::handshake_error("set_client_DH_params carries another nonce");
        auto const inner = detail::open_dh<mt::client_DH_inner_data>(
            request->encrypted_data, crypto::derive_tmp_aes_key_iv(new_nonce_.view(), server_nonce_));
        if (!inner)
            return inner.error();
        if (!is_ours(*inner) || inner->retry_id != static_cast<std::int64_t>(retry_id_))
            return detail::handshake_error("client_DH_inner_data carries another nonce or retry_id");
        if (auto const safe = crypto::check_dh_value(inner->g_b, crypto::well_known_prime()); !safe)
            return safe.error();
        auto const key = crypto::dh_shared_key(inner->g_b, exponent_.view(), crypto::well_known_prime());
        if (retries_ < options_.forced_retries && ++retries_ <= max_handshake_retries) {
            retry_id_ = key.aux_hash();
            mt::dh_gen_retry answer;
            answer.nonce = nonce_;
            answer.server_nonce = server_nonce_;
            answer.new_nonce_hash2 = crypto::new_nonce_hash(new_nonce_.view(), 2, key);
            return step_with(answer, now);
        }
        mt::dh_gen_ok answer;
        answer.nonce = nonce_;
        answer.server_nonce = server_nonce_;
        answer.new_nonce_hash1 = crypto::new_nonce_hash(new_nonce_.view(), 1, key);
        outcome_.emplace(handshake_outcome{key, crypto::initial_salt(new_nonce_.view(), server_nonce_),
                                           options_.clock, std::nullopt, dc_});
        if (expires_in_)
            outcome_->expires_at = options_.clock.unix_seconds(now) + *expires_in_;
        exponent_ = {};
        new_nonce_ = {};
        expecting_ = expect::pq;
        auto last = step_with(answer, now);
        if (last)
            last->done = true;
        return last;
    }

    template <class T>
    bool is_ours(const T& request) const noexcept
    {
        return request.nonce == nonce_ && request.server_nonce == server_nonce_;
    }
    template <class T>
    result<step> step_with(const T& answer, time_point now)
    {
        auto const body = tl::encode(answer);
        if (!body)
            return body.error();
        return step{make_plain_message(ids_.next(options_.clock.unix_ns(now), message_kind::response), *body),
                    false};
    }

    static constexpr std::uint32_t g = 3;

    server_handshake_options options_;
    random_source& random_;
    message_id_generator ids_;
    expect expecting_ = expect::pq;
    int retries_ = 0;
    tl::int128 nonce_{};
    tl::int128 server_nonce_{};
    crypto::secret<32> new_nonce_{};
    crypto::secret<256> exponent_{};
    std::uint64_t p_ = 0;
    std::uint64_t q_ = 0;
    std::uint64_t retry_id_ = 0;
    std::int32_t dc_ = 0;
    std::optional<std::int32_t> expires_in_;
    bytes last_request_;
    step last_answer_;
    std::optional<handshake_outcome> outcome_;
};

} // namespace mtproto::session

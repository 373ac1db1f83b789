// Server salts: the client's stock of them, and the data centre's schedule.
// https://core.telegram.org/mtproto/description#server-salt
#pragma once

#include "mtproto/crypto/sha.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mtproto::session {

/// A salt and the Unix seconds from which, and before which, the server accepts it.
struct salt_period
{
    std::int64_t valid_since = 0;
    std::int64_t valid_until = 0;
    std::uint64_t salt = 0;

    friend bool operator==(const salt_period&, const salt_period&) = default;
};

/// The salts a client knows. Not thread safe.
class salt_store
{
public:
    explicit salt_store(std::uint64_t salt) : current_{0, unbounded, salt} {}

    /// The salt to send with. Moves on to a future salt once that is valid.
    std::uint64_t current(std::int64_t unix_seconds)
    {
        while (!future_.empty() && future_.front().valid_since <= unix_seconds) {
            auto next = future_.front();
            future_.erase(future_.begin());
            if (next.valid_until > unix_seconds && next.salt != current_.salt)
                change(next, unix_seconds);
            else if (next.salt == current_.salt)
                current_ = next;
        }
        return current_.salt;
    }
    std::uint64_t last() const noexcept { return current_.salt; }

    /// The server said so itself, in bad_server_salt or new_session_created. True if that is news.
    bool set(std::uint64_t salt, std::int64_t unix_seconds)
    {
        if (salt == current_.salt)
            return false;
        auto const known =
            std::find_if(future_.begin(), future_.end(), [&](auto& s) { return s.salt == salt; });
        change(known != future_.end() ? *known : salt_period{0, unbounded, salt}, unix_seconds);
        return true;
    }
    /// future_salts, in any order. Nonsense (empty periods, over a thousand entries) is left out.
    void set_future(std::span<const salt_period> salts, std::int64_t unix_seconds)
    {
        future_.clear();
        for (auto const& s : salts.first(std::min<std::size_t>(salts.size(), 1000)))
            if (s.valid_until > unix_seconds && s.valid_since < s.valid_until)
                future_.push_back(s);
        std::sort(future_.begin(), future_.end(),
                  [](auto& a, auto& b) { return a.valid_since < b.valid_since; });
    }
    /// True when the known salts end within `horizon` seconds.
    bool runs_out(std::int64_t unix_seconds, std::int64_t horizon) const noexcept
    {
        auto const last = future_.empty() ? current_.valid_until : future_.back().valid_until;
        return last == unbounded || last - unix_seconds < horizon;
    }
    /// A salt that ended long enough ago: whoever still uses it is replaying. Salts never heard of are not
    /// expired.
    bool is_expired(std::uint64_t salt, std::int64_t unix_seconds) const noexcept
    {
        if (salt == current_.salt)
            return false;
        return std::any_of(past_.begin(), past_.end(),
                           [&](auto& s) { return s.salt == salt && s.valid_until + grace < unix_seconds; });
    }

private:
    static constexpr std::int64_t unbounded = INT64_MAX / 2;
    static constexpr std::int64_t grace = 1800; // the server takes an old salt for half an hour

    void change(const salt_period& to, std::int64_t unix_seconds)
    {
        auto old = current_;
        old.valid_until = (std::min)(old.valid_until, unix_seconds);
        if (past_.size() == 16)
            past_.erase(past_.begin());
        past_.push_back(old);
        current_ = to;
        std::erase_if(past_, [&](auto& s) { return s.salt == to.salt; });
    }

    salt_period current_;
    std::vector<salt_period> future_; // sorted by valid_since
    std::vector<salt_period> past_;
};

/// The data centre's salts: a new one each period, the old one accepted for half a period more. They follow
/// from a seed and the key's id, so that nothing has to be stored. Not thread safe.
class salt_schedule
{
public:
    salt_schedule(std::uint64_t seed, std::uint64_t auth_key_id, std::int64_t period_seconds = 3600)
        : seed_(seed), key_id_(auth_key_id), period_(std::max<std::int64_t>(period_seconds, 1))
    {
    }

    /// The salt that the key exchange agreed on, accepted until one period from now.
    void accept_first(std::uint64_t salt, std::int64_t unix_seconds)
    {
        first_ = salt_period{unix_seconds - period_, unix_seconds + period_, salt};
    }
    std::uint64_t current(std::int64_t unix_seconds) const { return at(unix_seconds / period_).salt; }
    bool is_valid(std::uint64_t salt, std::int64_t unix_seconds) const
    {
        if (first_ && first_->salt == salt && unix_seconds < first_->valid_until)
            return true;
        auto const index = unix_seconds / period_;
        // A client may be a little ahead with a salt that it knew beforehand.
        return salt == at(index).salt || salt == at((unix_seconds + 30) / period_).salt ||
               (index - 1 >= oldest_ && salt == at(index - 1).salt &&
                at(index - 1).valid_until > unix_seconds);
    }
    /// The next `count` salts (at most 64), the current one first.
    std::vector<salt_period> future(int count, std::int64_t unix_seconds) const
    {
        std::vector<salt_period> out;
        for (int i = 0; i < std::clamp(count, 1, 64); ++i)
            out.push_back(at(unix_seconds / period_ + i));
        return out;
    }
    /// Invalidates every salt given out so far, as a data centre does at times without notice.
    void rotate(std::int64_t unix_seconds)
    {
        ++generation_;
        oldest_ = unix_seconds / period_;
        first_.reset();
    }

private:
    salt_period at(std::int64_t index) const
    {
        auto const digest = crypto::sha256(crypto::store_le64(seed_), crypto::store_le64(key_id_),
                                           crypto::store_le64(generation_),
                                           crypto::store_le64(static_cast<std::uint64_t>(index)));
        return {index * period_, (index + 1) * period_ + period_ / 2, crypto::load_le64(digest)};
    }

    std::uint64_t seed_;
    std::uint64_t key_id_;
    std::int64_t period_;
    std::uint64_t generation_ = 0;
    std::int64_t oldest_ = INT64_MIN;
    std::optional<salt_period> first_;
};

} // namespace mtproto::session

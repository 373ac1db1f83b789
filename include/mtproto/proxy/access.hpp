// Who may call what: tokens, their methods, accounts, rates and limits.
#pragma once

#include <mtproto/proxy/rate_limit.hpp>
#include <mtproto/proxy/server_options.hpp>
#include <mtproto/proxy/status.hpp>

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/sha.hpp>

#include <atomic>
#include <deque>
#include <memory>

namespace mtproto::proxy {

/// Whether `name` has the shape of `pattern`, in which `*` stands for any characters, none included.
constexpr bool matches(std::string_view pattern, std::string_view name) noexcept
{
    // Greedy with one place to come back to: the last star.
    std::size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

/// One who calls: a token, or everybody where there are none. Calls hold on to theirs: an access_control can be replaced.
class caller
{
public:
    caller(access_token token, std::size_t max_calls, std::size_t max_streams)
        : rule_(std::move(token)), max_calls_(max_calls), max_streams_(max_streams),
          rate_(rule_.calls_per_second, rule_.burst)
    {
        rule_.secret.clear();
    }

    const std::string& name() const noexcept { return rule_.name; }

    bool may_call(std::string_view rpc) const noexcept
    {
        auto const any = [&](const std::vector<std::string>& patterns) {
            return std::any_of(patterns.begin(), patterns.end(), [&](auto const& p) { return matches(p, rpc); });
        };
        return any(rule_.methods) && !any(rule_.denied);
    }
    bool may_use(std::string_view account) const noexcept
    {
        return rule_.accounts.empty() ||
               std::find(rule_.accounts.begin(), rule_.accounts.end(), account) != rule_.accounts.end();
    }
    /// PERMISSION_DENIED for what is not allowed; ok otherwise.
    call_status check(std::string_view rpc) const
    {
        if (may_call(rpc))
            return {};
        return proxy_status(status_code::permission_denied, "METHOD_NOT_ALLOWED",
                            "this token does not allow " + std::string(rpc));
    }
    /// RESOURCE_EXHAUSTED with the time to wait. One thread at a time.
    call_status check_rate(rate_limit::time_point now)
    {
        auto const wait = rate_.take(now);
        if (!wait)
            return {};
        return proxy_status(status_code::resource_exhausted, "RATE_LIMITED", "too many calls a second for this token", *wait);
    }

    /// Holds one of the caller's places while it lives.
    class place
    {
    public:
        place() = default;
        explicit place(std::atomic<std::size_t>& of) : of_(&of) {}
        place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        place& operator=(place&& other) noexcept
        {
            std::swap(of_, other.of_);
            return *this;
        }
        ~place()
        {
            if (of_)
                of_->fetch_sub(1, std::memory_order_relaxed);
        }
        explicit operator bool() const noexcept { return of_ != nullptr; }

    private:
        std::atomic<std::size_t>* of_ = nullptr;
    };
    /// Empty if all are taken. Places may be given back from any thread.
    place take_call() { return take(calls_, max_calls_); }
    place take_stream() { return take(streams_, max_streams_); }

private:
    static place take(std::atomic<std::size_t>& count, std::size_t limit)
    {
        if (count.fetch_add(1, std::memory_order_relaxed) < limit)
            return place(count);
        count.fetch_sub(1, std::memory_order_relaxed);
        return {};
    }

    access_token rule_;
    std::size_t max_calls_;
    std::size_t max_streams_;
    rate_limit rate_;
    std::atomic<std::size_t> calls_{0};
    std::atomic<std::size_t> streams_{0};
};

/// All callers of a server.
class access_control
{
public:
    explicit access_control(const server_options& options)
    {
        auto const or_default = [](std::size_t value, std::size_t fallback) { return value != 0 ? value : fallback; };
        for (auto const& token : options.tokens)
            tokens_.push_back({digest(token.secret),
                               std::make_shared<caller>(token, or_default(token.max_calls, options.max_calls),
                                                        or_default(token.max_streams, options.max_streams))});
        everybody_ = std::make_shared<caller>(access_token{}, options.max_calls, options.max_streams);
    }

    /// The caller with this `authorization` header; null if tokens are needed and it is none of them. Without a token nothing
    /// else about a call may be looked at, so that a stranger learns nothing.
    std::shared_ptr<caller> find(std::string_view authorization) const
    {
        if (tokens_.empty())
            return everybody_;
        constexpr std::string_view scheme = "bearer ";
        bool good = authorization.size() > scheme.size();
        for (std::size_t i = 0; good && i < scheme.size(); ++i)
            good = (authorization[i] | 0x20) == scheme[i];
        if (!good)
            return nullptr;
        // Digests, all of them: the time tells neither which token came close nor how long one is.
        auto const given = digest(authorization.substr(scheme.size()));
        std::shared_ptr<caller> found;
        for (auto const& one : tokens_)
            if (crypto::equal_constant_time(given, one.secret))
                found = one.who;
        return found;
    }
    /// Whether there is a caller of this name; for those that another access_control let in.
    bool knows(std::string_view name) const
    {
        return tokens_.empty() || std::any_of(tokens_.begin(), tokens_.end(), [&](auto const& one) { return one.who->name() == name; });
    }

    static call_status unauthenticated()
    {
        return proxy_status(status_code::unauthenticated, "TOKEN_REQUIRED",
                            "say who you are: metadata 'authorization: Bearer <token>' with a token of this server");
    }

private:
    static crypto::sha256_digest digest(std::string_view secret)
    {
        return crypto::sha256(std::as_bytes(std::span(secret.data(), secret.size())));
    }

    struct known
    {
        crypto::sha256_digest secret;
        std::shared_ptr<caller> who;
    };
    std::vector<known> tokens_{};
    std::shared_ptr<caller> everybody_{};
};

} // namespace mtproto::proxy

// What one listener still has to get.
#pragma once

#include <mtproto/proxy/update_log.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace mtproto::proxy {

/// A place in an update_log and a filter; it holds no updates itself, so that a thousand listeners cost one log.
///
/// The messages that wait are those of the log behind its place. One that lets more than `limit` wait is slow: it should be
/// told and dropped. What a listener missed before it came back does not count, as long as it keeps catching up.
/// The log must outlive it. Not thread-safe.
template <class Blob>
class listener_queue
{
public:
    /// A listener with a filter gets a message with nothing but a cursor after so many that it did not ask for.
    static constexpr std::uint64_t bookmark_every = 1024;

    listener_queue(const update_log<Blob>& log, typename update_log<Blob>::position from, std::vector<std::string> kinds,
                   std::size_t limit)
        : log_(log), kinds_(std::move(kinds)), next_(from.next), reported_(from.next - 1), reset_(from.reset), limit_(limit)
    {
        for (auto at = next_; at != log_.next(); ++at)
            waiting_ += wants(log_.at(at)) ? 1 : 0;
        allowed_ = limit_ + waiting_;
        skip();
    }

    /// To be called for each message that enters the log.
    void entered(const log_entry<Blob>& one)
    {
        if (!wants(one)) {
            if (waiting_ == 0)
                next_ = one.sequence + 1;
            return;
        }
        if (waiting_++ == 0) {
            next_ = one.sequence;
            burst_ = one.batch;
        }
        // What comes at once to one that waited for nothing does not make it slow.
        if (one.batch == burst_)
            ++allowed_;
    }

    std::size_t waiting() const noexcept { return waiting_; }
    /// It fell too far behind, or what it should get next is no longer in the log.
    bool slow() const noexcept { return waiting_ > allowed_ || (waiting_ != 0 && next_ < log_.first()); }
    /// Of what was taken last.
    std::string cursor() const { return log_.cursor(reported_); }

    /// A message to send: `head`, and `people` behind it if there are some.
    struct message
    {
        Blob head{};
        std::shared_ptr<const Blob> people{};
    };
    /// None if nothing waits. Must not be called on a slow one.
    std::optional<message> take()
    {
        using namespace detail;
        if (std::exchange(reset_, false)) {
            std::string head;
            put_text(head, 1, log_.cursor(reported_));
            put_number(head, 5, 1);
            return message{Blob(std::move(head)), nullptr};
        }
        if (waiting_ == 0) {
            if (next_ - 1 - reported_ < bookmark_every)
                return std::nullopt;
            reported_ = next_ - 1;
            std::string head;
            put_text(head, 1, log_.cursor(reported_));
            return message{Blob(std::move(head)), nullptr};
        }
        auto const& one = log_.at(next_);
        message out{one.head, one.batch != batch_ ? one.people : nullptr};
        batch_ = one.batch;
        reported_ = next_++;
        if (--waiting_ <= limit_)
            allowed_ = limit_;
        skip();
        return out;
    }

private:
    bool wants(const log_entry<Blob>& one) const
    {
        return kinds_.empty() || one.kind.empty() || std::find(kinds_.begin(), kinds_.end(), one.kind) != kinds_.end();
    }
    /// Keeps next_ on a message that it wants, or at the log's end.
    void skip()
    {
        if (waiting_ == 0)
            next_ = log_.next();
        else
            while (!wants(log_.at(next_)))
                ++next_;
    }

    const update_log<Blob>& log_;
    std::vector<std::string> kinds_;
    std::uint64_t next_;
    std::uint64_t reported_;
    std::uint64_t batch_ = 0; ///< whose people it has
    std::uint64_t burst_ = 0; ///< the batch that found it idle
    std::size_t waiting_ = 0;
    bool reset_;
    std::size_t limit_;
    std::size_t allowed_ = 0;
};

/// mtproto.ListenRequest.
struct listen_request
{
    std::string cursor{};
    std::vector<std::string> kinds{};

    static std::optional<listen_request> parse(std::string_view bytes)
    {
        listen_request out;
        detail::wire_reader reader(bytes);
        while (auto const field = reader.next()) {
            if (field->number == 1 && field->delimited)
                out.cursor = field->text;
            else if (field->number == 2 && field->delimited)
                out.kinds.emplace_back(field->text);
        }
        if (reader.failed() || out.kinds.size() > 1000)
            return std::nullopt;
        return out;
    }
};

} // namespace mtproto::proxy

// The latest updates of an account, encoded once, for all who listen and for those who come back.
#pragma once

#include <mtproto/proxy/detail/wire.hpp>
#include <mtproto/proxy/published.hpp>

#include <charconv>
#include <deque>
#include <functional>
#include <memory>

namespace mtproto::proxy {

/// One message of the log. `Blob` holds bytes, is made from a std::string, and is cheap to copy.
template <class Blob>
struct log_entry
{
    std::uint64_t sequence = 0;
    std::uint64_t batch = 0; ///< sequence of the first one that came with it
    std::string kind{};      ///< empty for a reset, which everyone gets
    Blob head{};             ///< the message Update without users and chats: those two parts one after the other are the whole
    std::shared_ptr<const Blob> people{}; ///< fields users and chats, shared by the batch; may be null
    std::size_t size = 0;    ///< what it counts for in the log's limit of bytes
};

/// Numbers updates and keeps the last ones, bounded by count and by bytes.
///
/// A cursor names an update: the log's epoch, which is random and new in every process, and the update's number. Not thread-safe.
template <class Blob>
class update_log
{
public:
    using entry = log_entry<Blob>;

    update_log(std::uint64_t epoch, std::size_t max_entries, std::size_t max_bytes)
        : epoch_(epoch), max_entries_(max_entries != 0 ? max_entries : 1), max_bytes_(max_bytes)
    {
    }

    /// Appends the messages that a batch becomes and calls `f(const entry&)` after each of them.
    template <class F>
    void publish(const published_batch& batch, F&& f)
    {
        using namespace detail;
        std::string people;
        for (auto const& user : batch.users)
            put_text(people, 3, text_of(user));
        for (auto const& chat : batch.chats)
            put_text(people, 4, text_of(chat));
        auto const people_size = people.size();
        auto const shared = people.empty() ? nullptr : std::make_shared<const Blob>(std::move(people));
        auto const first = next_;
        auto const add = [&](std::string_view kind, std::string head, bool last) {
            auto const size = head.size() + (last ? people_size : 0);
            append({next_, first, std::string(kind), Blob(std::move(head)), shared, size});
            f(entries_.back());
        };
        if (batch.reset || !batch.reset_channels.empty()) {
            std::string head;
            put_text(head, 1, cursor(next_));
            if (batch.reset)
                put_number(head, 5, 1);
            if (!batch.reset_channels.empty()) {
                std::string packed;
                for (auto const id : batch.reset_channels)
                    put_varint(packed, static_cast<std::uint64_t>(id));
                put_text(head, 6, packed);
            }
            add({}, std::move(head), batch.updates.empty());
        }
        for (auto const& update : batch.updates) {
            std::string head;
            head.reserve(update.update.size() + 48);
            put_text(head, 1, cursor(next_));
            put_text(head, 2, text_of(update.update));
            add(update.kind, std::move(head), &update == &batch.updates.back());
        }
    }

    /// Numbers of the oldest message that is kept and of the one that comes next.
    std::uint64_t first() const noexcept { return next_ - entries_.size(); }
    std::uint64_t next() const noexcept { return next_; }
    const entry& at(std::uint64_t sequence) const { return entries_[static_cast<std::size_t>(sequence - first())]; }
    std::size_t bytes() const noexcept { return bytes_; }

    /// Of the message with this number: what a client sends to go on after it.
    std::string cursor(std::uint64_t sequence) const
    {
        char text[40];
        auto* end = std::to_chars(text, text + 17, epoch_, 16).ptr;
        *end++ = '.';
        end = std::to_chars(end, text + sizeof text, sequence, 16).ptr;
        return {text, end};
    }

    /// Where a listener goes on.
    struct position
    {
        std::uint64_t next = 0; ///< the first message to send
        bool reset = false;     ///< what lies between is not known any more
    };
    /// Where a listener goes on: after `cursor`, or from now on if that is empty, or means nothing here, or is too old.
    position resume(std::string_view cursor) const
    {
        if (cursor.empty())
            return {next_, false};
        std::uint64_t epoch{}, last{};
        auto const* const begin = &cursor.front();
        auto const* const end = begin + cursor.size();
        auto const dot = std::from_chars(begin, end, epoch, 16);
        if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.')
            return {next_, true};
        auto const rest = std::from_chars(dot.ptr + 1, end, last, 16);
        if (rest.ec != std::errc() || rest.ptr != end || epoch != epoch_ || last >= next_ || last + 1 < first())
            return {next_, true};
        return {last + 1, false};
    }

private:
    void append(entry one)
    {
        bytes_ += one.size;
        ++next_;
        entries_.push_back(std::move(one));
        while (entries_.size() > max_entries_ || (bytes_ > max_bytes_ && entries_.size() > 1)) {
            bytes_ -= entries_.front().size;
            entries_.pop_front();
        }
    }

    std::uint64_t epoch_;
    std::size_t max_entries_;
    std::size_t max_bytes_;
    std::uint64_t next_ = 1;
    std::size_t bytes_ = 0;
    std::deque<entry> entries_{};
};

} // namespace mtproto::proxy

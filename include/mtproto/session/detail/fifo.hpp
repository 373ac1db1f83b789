// Queues and buffers that keep their memory: std::deque takes and gives back a block every few elements, and
// half a kilobyte when empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace mtproto::session::detail {

/// First in, first out. `T` is movable; a default T holds no memory.
template <class T>
class fifo
{
public:
    bool empty() const noexcept { return first_ == items_.size(); }
    std::size_t size() const noexcept { return items_.size() - first_; }
    T& front() noexcept { return items_[first_]; }
    auto begin() noexcept { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
    auto end() noexcept { return items_.end(); }

    void push_back(T item)
    {
        // Room at the front is used before the memory grows, if that moves fewer than it makes room for.
        if (items_.size() == items_.capacity() && first_ > items_.size() / 2) {
            items_.erase(items_.begin(), begin());
            first_ = 0;
        }
        items_.push_back(std::move(item));
    }
    void push_front(T item)
    {
        if (first_ != 0)
            items_[--first_] = std::move(item);
        else
            items_.insert(items_.begin(), std::move(item));
    }
    T pop_front()
    {
        T item = std::move(items_[first_]);
        if (++first_ == items_.size())
            clear();
        return item;
    }
    template <class Predicate>
    std::size_t erase_if(Predicate which)
    {
        auto const kept = std::remove_if(begin(), end(), which);
        auto const count = static_cast<std::size_t>(end() - kept);
        items_.erase(kept, end());
        if (empty())
            clear();
        return count;
    }
    void clear() noexcept
    {
        items_.clear();
        first_ = 0;
    }
    /// Gives back memory that is not in use.
    void shrink()
    {
        if (empty())
            std::vector<T>().swap(items_);
    }

private:
    std::vector<T> items_;
    std::size_t first_ = 0;
};

/// Buffers that are filled one after the other and forgotten all at once. A buffer's bytes stay where they
/// are until then.
class buffer_row
{
public:
    std::vector<std::byte>& next()
    {
        if (used_ == rows_.size())
            rows_.emplace_back();
        return rows_[used_++];
    }
    std::vector<std::byte>& add(std::vector<std::byte> bytes)
    {
        auto& to = next();
        to = std::move(bytes);
        return to;
    }
    void clear() noexcept { used_ = 0; }
    void shrink() { std::vector<std::vector<std::byte>>().swap(rows_); }

private:
    std::vector<std::vector<std::byte>> rows_;
    std::size_t used_ = 0;
};

/// Buffers whose content is done with, for those who need one.
class spare_buffers
{
public:
    std::vector<std::byte> copy(std::span<const std::byte> content)
    {
        auto out = take();
        out.assign(content.begin(), content.end());
        return out;
    }
    std::vector<std::byte> take() noexcept
    {
        if (kept_.empty())
            return {};
        auto out = std::move(kept_.back());
        kept_.pop_back();
        return out;
    }
    void give(std::vector<std::byte> buffer)
    {
        if (buffer.capacity() != 0 && buffer.capacity() <= largest && kept_.size() < most)
            kept_.push_back(std::move(buffer));
    }
    void shrink() { std::vector<std::vector<std::byte>>().swap(kept_); }

private:
    static constexpr std::size_t most = 64;
    static constexpr std::size_t largest = 4096;

    std::vector<std::vector<std::byte>> kept_;
};

} // namespace mtproto::session::detail

// A session that is kept in memory only.
#pragma once

#include <mtproto/client/storage.hpp>

#include <mutex>

namespace mtproto {

/// Keeps a session as long as it lives itself: share it (std::shared_ptr) to hand a session from one client to the
/// next. Thread-safe.
class memory_storage
{
public:
    memory_storage() = default;
    explicit memory_storage(session_data data) : data_(std::move(data)) {}
    /// Not while another thread uses `other`.
    memory_storage(memory_storage&& other) noexcept : data_(std::move(other.data_)) {}

    result<std::optional<session_data>> load()
    {
        std::lock_guard const lock(mutex_);
        return data_;
    }
    result<> save(const session_data& data)
    {
        std::lock_guard const lock(mutex_);
        data_ = data;
        return {};
    }

private:
    std::mutex mutex_{};
    std::optional<session_data> data_{};
};

static_assert(storage<memory_storage>);

} // namespace mtproto

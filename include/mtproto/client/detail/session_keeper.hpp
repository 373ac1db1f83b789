// The session of a client, and when it is saved.
#pragma once

#include <mtproto/client/storage.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace mtproto::detail {

/// Used on the client's strand only.
class session_keeper
{
public:
    /// `failed` is told when the session could not be saved.
    session_keeper(const boost::asio::any_io_executor& strand, any_storage storage, std::function<void(const error&)> failed)
        : storage_(std::move(storage)), failed_(std::move(failed)), timer_(strand)
    {
    }

    session_data data{};

    /// Reads the session into `data`; whether there was one.
    result<bool> load()
    {
        auto loaded = storage_.load();
        if (!loaded)
            return loaded.error();
        data = *loaded ? std::move(**loaded) : session_data{};
        return loaded->has_value();
    }
    void save()
    {
        dirty_ = false;
        if (auto const saved = storage_.save(data); !saved)
            failed_(saved.error());
    }
    /// Within a second; what comes until then goes with it. `owner`: whose part this is; nothing is saved once it is gone.
    void save_soon(std::weak_ptr<const void> owner)
    {
        if (dirty_ || closed_)
            return;
        dirty_ = true;
        timer_.expires_after(std::chrono::seconds(1));
        timer_.async_wait([this, owner = std::move(owner)](boost::system::error_code ec) {
            if (auto const alive = owner.lock(); alive && !ec && dirty_)
                save();
        });
    }
    /// Saves what waits for it and lets the storage go: whoever is told so may open it at once.
    void close()
    {
        if (dirty_)
            save();
        closed_ = true;
        timer_.cancel();
        storage_ = {};
    }

private:
    any_storage storage_; ///< gone once closed: it may hold a lock
    std::function<void(const error&)> failed_;
    boost::asio::steady_timer timer_;
    bool dirty_ = false;
    bool closed_ = false;
};

} // namespace mtproto::detail

// The connections of a client.
#pragma once

#include <mtproto/client/detail/connection.hpp>
#include <mtproto/client/detail/known_servers.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// What is known of a data centre other than the home.
struct foreign_dc
{
    std::optional<crypto::auth_key> key{};
    std::uint64_t salt = 0;
    bool authorized = false;
    bool authorizing = false;
    std::vector<std::uint64_t> waiting{}; ///< calls that wait for the authorization
};

/// One connection to each data centre that was asked for, and another one for files where that was asked for. The session
/// says which is the home, and with what key.
///
/// Used on the client's strand only. What it refers to must outlive it.
class connection_pool
{
public:
    connection_pool(boost::asio::any_io_executor strand, std::shared_ptr<client_context> context, const known_servers& servers,
                    const session_data& session)
        : strand_(std::move(strand)), context_(std::move(context)), servers_(servers), session_(session)
    {
    }

    std::map<int, foreign_dc> foreign{};

    /// The connection that is there, or nullptr.
    connection* find(int dc, bool media = false) const
    {
        auto const found = connections_.find({dc, media});
        return found == connections_.end() ? nullptr : found->second.get();
    }
    bool reachable(int dc) const { return find(dc) || servers_.has(dc); }

    /// The connection that is there, or a new one that is not started; whether it is new.
    std::pair<std::shared_ptr<connection>, bool> open(int dc, bool media, const bytes& init_prefix,
                                                      std::weak_ptr<connection_owner> owner)
    {
        // A second connection shares the key of the first, so there must be one.
        if (auto const* const first = find(dc); media && (!first || !first->key()))
            media = false;
        auto& slot = connections_[{dc, media}];
        if (slot)
            return {slot, false};
        connection_settings settings;
        settings.dc = dc;
        settings.media = media;
        settings.addresses = servers_.addresses(dc, context_->options.use_ipv6, media);
        if (dc == session_.dc) {
            settings.key = session_.auth_key;
            settings.salt = session_.salt;
            transport::endpoint saved{session_.ip, session_.port};
            if (!saved.host.empty()) {
                std::erase(settings.addresses, saved);
                settings.addresses.insert(settings.addresses.begin(), std::move(saved));
            }
        } else if (auto const other = foreign.find(dc); other != foreign.end()) {
            settings.key = other->second.key;
            settings.salt = other->second.salt;
        }
        settings.init_prefix = init_prefix;
        slot = std::make_shared<connection>(strand_, std::move(settings), context_, std::move(owner));
        return {slot, true};
    }

    /// The server said which data centre it is, and it is not the one that we took it for.
    void rename(int from, int to)
    {
        auto node = connections_.extract({from, false});
        node.key().first = to;
        node.mapped()->rename(to);
        connections_.insert(std::move(node));
    }
    /// Takes no more calls for a data centre; what it was asked already is still answered.
    void retire(int dc)
    {
        for (bool const media : {false, true})
            if (auto node = connections_.extract({dc, media}); !node.empty())
                retired_.push_back(std::move(node.mapped()));
    }
    /// Closes retired connections once nothing is expected of them.
    void drop_idle()
    {
        std::erase_if(retired_, [](const std::shared_ptr<connection>& one) {
            if (one->calls() != 0)
                return false;
            one->stop();
            return true;
        });
    }
    /// It gave up by itself.
    void forget(const connection& which)
    {
        std::erase_if(connections_, [&](auto const& entry) { return entry.second.get() == &which; });
    }
    void stop(const error& why = errc::not_connected)
    {
        for (auto& [which, one] : std::exchange(connections_, {}))
            one->stop(why);
    }
    void stop_all()
    {
        stop();
        for (auto& one : std::exchange(retired_, {}))
            one->stop();
        foreign.clear();
    }
    template <class F>
    void each(F&& f)
    {
        for (auto& [which, one] : connections_)
            f(*one);
    }

private:
    boost::asio::any_io_executor strand_;
    std::shared_ptr<client_context> context_;
    const known_servers& servers_;
    const session_data& session_;
    std::map<std::pair<int, bool>, std::shared_ptr<connection>> connections_{};
    std::vector<std::shared_ptr<connection>> retired_{};
};

} // namespace mtproto::detail

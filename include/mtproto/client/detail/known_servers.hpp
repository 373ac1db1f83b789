// The servers that a client may talk to.
#pragma once

#include <mtproto/client/environment.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/crypto/telegram_keys.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// Addresses and keys: what the user said goes before what the session says, that before what the server says, and that
/// before what we were born with. Another key is another world, in which Telegram's addresses mean nothing.
class known_servers
{
public:
    /// Completes options that name no data centres or no keys.
    explicit known_servers(client_options& options)
        : own_addresses_(!options.data_centres.empty()), own_keys_(!options.keys.empty())
    {
        if (!own_addresses_)
            options.data_centres = telegram_data_centres(options.test_mode);
        if (!own_keys_)
            options.keys =
                crypto::telegram_public_keys(options.test_mode ? crypto::environment::test : crypto::environment::production);
        addresses_ = options.data_centres;
    }

    /// Makes options, environment and session agree. `stored`: the session is one that was saved.
    /// errc::bad_argument or errc::storage_failed if they cannot.
    result<> settle(client_options& options, session_data& session, bool stored)
    {
        if (options.use_environment)
            if (auto const taken = take_environment(options, session, stored); !taken)
                return taken;
        if (!own_keys_ && !session.public_key.empty()) {
            auto key = crypto::rsa_public_key::from_pem(session.public_key);
            if (!key)
                return error(errc::storage_failed, "the session's public_key: " + key.error().text());
            options.keys = {std::move(*key)};
            if (own_addresses_)
                own_keys_ = true;
            else
                leave_telegram();
            if (addresses_.empty() && !session.ip.empty())
                addresses_.push_back({session.dc == 0 ? options.dc : session.dc, {session.ip, session.port}});
        }
        // So that the session needs nothing else to be used again.
        if (own_keys_ && options.keys.size() == 1)
            session.public_key = options.keys.front().to_pem();
        if (session.auth_key && stored && session.test_mode != options.test_mode)
            return error(errc::bad_argument, session.test_mode ? "the session is one of the test servers: set test_mode"
                                                               : "the session is not one of the test servers: clear test_mode");
        session.test_mode = options.test_mode;
        if (options.api_id != 0)
            session.api_id = options.api_id;
        if (!options.api_hash.empty())
            session.api_hash = options.api_hash;
        if (session.dc == 0 && !session.ip.empty())
            session.dc = dc_of(session.ip);
        if (session.dc == 0)
            session.dc = options.dc;
        return {};
    }

    /// What the server says of itself and the others.
    void learn(std::vector<dc_address> fresh)
    {
        auto const add = [](std::vector<dc_address> to, const std::vector<dc_address>& from) {
            std::set<int> present;
            for (auto const& one : to)
                present.insert(one.dc);
            std::copy_if(from.begin(), from.end(), std::back_inserter(to),
                         [&](const dc_address& one) { return !present.contains(one.dc); });
            return to;
        };
        addresses_ = own_addresses_ ? add(std::move(addresses_), fresh) : add(std::move(fresh), addresses_);
    }

    bool has(int dc) const
    {
        return std::any_of(addresses_.begin(), addresses_.end(), [&](const dc_address& one) { return one.dc == dc; });
    }
    int dc_of(std::string_view host) const { return dc_of_address(addresses_, host); }
    std::vector<transport::endpoint> addresses(int dc, bool use_ipv6, bool media) const
    {
        return addresses_of(addresses_, dc, use_ipv6, media);
    }

private:
    result<> take_environment(client_options& options, session_data& session, bool stored)
    {
        auto found = read_environment();
        if (!found)
            return found.error();
        if (found->use_ipv6)
            options.use_ipv6 = *found->use_ipv6;
        if (!stored && found->session) {
            session = std::move(*found->session);
        } else if (session.ip.empty() && found->address) {
            session.ip = found->address->host;
            session.port = found->address->port;
        }
        if (found->public_key) {
            options.keys = {*found->public_key};
            leave_telegram();
            if (found->address)
                addresses_.push_back({session.dc == 0 ? options.dc : session.dc, *found->address});
        }
        return {};
    }
    void leave_telegram()
    {
        own_keys_ = true;
        own_addresses_ = true;
        addresses_.clear();
    }

    std::vector<dc_address> addresses_{};
    bool own_addresses_;
    bool own_keys_;
};

} // namespace mtproto::detail

// How a sandbox is set up.
#pragma once

#include "mtproto/sandbox/peer.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mtproto::sandbox {

/// Trouble that a data centre makes, each in so many of a hundred cases, decided by the seed alone.
struct fault_plan
{
    std::uint64_t seed = 1;
    int flood_percent = 0;     ///< calls refused with FLOOD_WAIT, before anything is applied
    int flood_seconds = 1;     ///< the number in FLOOD_WAIT
    int drop_percent = 0;      ///< packets to the client that are lost
    int duplicate_percent = 0; ///< packets that are sent twice
    int cut_percent = 0;       ///< packets from the client after which the connection is closed, answered or not
    int rotate_percent = 0;    ///< packets from the client after which all its salts are invalid
    int delay_percent = 0;     ///< packets to the client that wait, so that later ones overtake them,
    int delay_ms = 50;         ///< for one millisecond up to so many
    int forget_percent = 0;    ///< packets from the client before which its session is forgotten: new_session_created
};

/// How often each trouble of a fault_plan came about, in its order.
struct fault_counts
{
    int floods = 0;
    int drops = 0;
    int duplicates = 0;
    int cuts = 0;
    int rotations = 0;
    int delays = 0;
    int forgotten = 0;
};

/// Settings of a data centre. The defaults suit a test.
struct options
{
    int dc = 2;                               ///< id of the main data centre
    std::optional<std::string> code = "12345"; ///< the login code for everybody; nothing: a new one each time
    bool sign_up = true;                      ///< phones without an account may make one
    std::string private_key{};                ///< RSA in PEM; empty: made at start
    std::vector<std::string> secrets{};       ///< MTProxy secrets as in links; clients without one are welcome too
    std::uint64_t seed = 1;                   ///< of ids, hashes and codes (never of keys)
    bool test_mode = false;                   ///< what help.getConfig says
    bool repeated_random_id_is_error = false; ///< answer RANDOM_ID_DUPLICATE instead of the first answer again
    std::size_t difference_limit = 100;       ///< most events in one updates.difference
    std::size_t channel_difference_limit = 100; ///< and in one updates.channelDifference
    std::int64_t clock_offset = 0;            ///< seconds by which the data centre's clock is ahead of the system's
    std::int64_t salt_period = 3600;          ///< seconds for which a server salt is current
    std::function<void(const std::string&)> log{}; ///< told of every call and connection, from the executor; must not call back
    /// Told, likewise, of a client of a layer that was not added, and of the layer whose objects it is sent instead.
    std::function<void(int layer, int instead)> unknown_layer{};
};

/// An account of a person; everything but `phone` may be left out.
struct user_options
{
    std::string phone{};
    std::string first_name{};
    std::string last_name{};
    std::string username{};
    std::string about{};
    std::string password{}; ///< of two-step verification; empty for none
    std::string hint{};     ///< to that password
    std::optional<std::string> code{}; ///< the login code of this user instead of the common one
    int dc = 0;                        ///< where the account lives; 0 for the main data centre
};

/// An account of a bot.
struct bot_options
{
    std::string token{}; ///< "<id>:<secret>"
    std::string name{};
    std::string username{};
    bool echo = false; ///< answers every private message with its text
};

/// A basic group; people are named by their ids.
struct group_options
{
    std::string title{};
    std::int64_t creator{};
    std::vector<std::int64_t> members{};
};

/// A channel, or a supergroup; people are named by their ids.
struct channel_options
{
    std::string title{};
    std::int64_t creator{};
    std::vector<std::int64_t> members{};
    std::string username{}; ///< public if it has one
    std::string about{};
    bool megagroup = false; ///< a supergroup, in which everybody writes
};

} // namespace mtproto::sandbox

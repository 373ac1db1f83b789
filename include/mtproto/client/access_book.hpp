// Whom an account can name: ids, access hashes and usernames, without types of the API.
#pragma once

#include <mtproto/error.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto {

/// What an access_entry is.
enum class access_kind
{
    user,
    bot,
    chat, ///< a basic group, which is named by its id alone
    group, ///< a supergroup: a channel to the API
    channel,
};

/// One user, chat or channel. https://core.telegram.org/api/peers#access-hash
struct access_entry
{
    access_kind kind{};
    std::int64_t id = 0;
    /// None for a chat, and for what was only met as a `min` constructor, whose hash is good for its photo and nothing else.
    /// https://core.telegram.org/api/min
    std::optional<std::int64_t> access_hash{};
    std::vector<std::string> usernames{}; ///< without @
    std::string title{};                  ///< a person's names, a chat's title
    bool self = false;                    ///< the account itself

    bool is_user() const noexcept { return kind == access_kind::user || kind == access_kind::bot; }
    bool is_channel() const noexcept { return kind == access_kind::group || kind == access_kind::channel; }

    friend bool operator==(const access_entry&, const access_entry&) = default;
};

/// What an account has learned of others. Access hashes are secrets of this account, and worth nothing to another.
///
/// Thread-safe: every member function may be called from any thread. Neither copied nor moved.
class access_book
{
public:
    /// Users, chats and channels count their ids separately.
    enum class space
    {
        users,
        chats,
        channels,
    };
    static space space_of(access_kind kind) noexcept
    {
        return kind == access_kind::chat ? space::chats : kind <= access_kind::bot ? space::users
                                                                                   : space::channels;
    }

    access_book() = default;
    access_book(const access_book&) = delete;
    access_book& operator=(const access_book&) = delete;

    /// Takes what is newer: but never loses an access hash for one without.
    void learn(access_entry one)
    {
        std::lock_guard const lock(mutex_);
        auto& known = entries_[{space_of(one.kind), one.id}];
        bool const complete = one.access_hash || one.kind == access_kind::chat;
        if (known.id != 0 && known.access_hash && !complete)
            return;
        for (auto const& name : known.usernames)
            names_.erase(plain(name));
        for (auto const& name : one.usernames)
            names_[plain(name)] = {space_of(one.kind), one.id};
        if (one.self)
            account_ = one.id;
        known = std::move(one);
    }

    /// By an id, as the API's types carry it; a copy.
    std::optional<access_entry> find(space where, std::int64_t id) const
    {
        std::lock_guard const lock(mutex_);
        return at({where, id});
    }
    /// By a username, with or without @, in any case. A name that has gone to somebody else finds its new owner.
    std::optional<access_entry> find(std::string_view username) const
    {
        std::lock_guard const lock(mutex_);
        if (username.starts_with('@'))
            username.remove_prefix(1);
        auto const found = names_.find(plain(username));
        return found == names_.end() ? std::nullopt : at(found->second);
    }
    /// Everything, ordered by space and id.
    std::vector<access_entry> entries() const
    {
        std::lock_guard const lock(mutex_);
        std::vector<access_entry> all;
        all.reserve(entries_.size());
        for (auto const& [key, one] : entries_)
            all.push_back(one);
        return all;
    }
    /// Whose access this is, as far as is known; 0: not.
    std::int64_t account() const
    {
        std::lock_guard const lock(mutex_);
        return account_;
    }
    /// Says whose it is. errc::bad_argument if it is another's.
    result<> belong_to(std::int64_t account)
    {
        std::lock_guard const lock(mutex_);
        if (account_ != 0 && account != 0 && account_ != account)
            return error(errc::bad_argument, "access hashes of account " + std::to_string(account) + " are of no use to account " +
                                                 std::to_string(account_));
        if (account != 0)
            account_ = account;
        return {};
    }

private:
    using place = std::pair<space, std::int64_t>;

    static std::string plain(std::string_view name)
    {
        std::string out(name);
        for (auto& c : out)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return out;
    }
    std::optional<access_entry> at(const place& where) const
    {
        auto const found = entries_.find(where);
        return found == entries_.end() ? std::nullopt : std::optional(found->second);
    }

    mutable std::mutex mutex_{};
    std::map<place, access_entry> entries_{};
    std::map<std::string, place> names_{};
    std::int64_t account_ = 0;
};

} // namespace mtproto

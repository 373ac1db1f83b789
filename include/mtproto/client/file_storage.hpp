// A session in a file: credentials.json, private, replaced atomically, locked.
#pragma once

#include <mtproto/client/credentials.hpp>
#include <mtproto/client/detail/posix_file.hpp>
#include <mtproto/client/storage.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>

namespace mtproto {

/// One session in one file, in the format of credentials.hpp.
///
/// - The file gets mode 0600; a folder that had to be made gets 0700.
/// - It is replaced, never rewritten: a new file is written and synchronised, takes the old one's name, and the folder
///   is synchronised. A crash at any moment, or a full disk, leaves the old session or the new one.
/// - A lock on `<file>.lock` is held as long as this object lives; whoever comes second gets errc::storage_locked.
/// - A file that cannot be understood is an error of `load` and stays where it is; the next `save` moves it aside to
///   `<file>.broken` (`.broken-2`, ...) before it writes.
/// - Members that others added to the file survive a `save`.
///
/// Calls block on the disk. Movable, not thread-safe.
class file_storage
{
public:
    static constexpr std::size_t max_size = std::size_t{1} << 20; ///< of a session file, in bytes

    /// Takes the lock. Fails with errc::storage_locked, or errc::storage_failed if the folder cannot be used.
    static result<file_storage> open(std::filesystem::path path)
    {
        std::error_code ec;
        path = std::filesystem::absolute(path, ec);
        // Follow a link now, since a rename would replace it.
        if (auto target = std::filesystem::canonical(path, ec); !ec)
            path = std::move(target);
        if (path.filename().empty() || std::filesystem::is_directory(path, ec))
            return error(errc::storage_failed, path.string() + " is a folder; name a file in it");
        auto const folder = path.parent_path();
        if (auto const made = make_private_folder(folder); !made)
            return made.error();

        file_storage opened(std::move(path));
        auto const lock_path = opened.path_.string() + ".lock";
        opened.lock_ = detail::posix_file(lock_path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
        if (!opened.lock_.is_open())
            return detail::file_error("cannot open " + lock_path, errno);
        if (::flock(opened.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
            std::string holder;
            (void)opened.lock_.read(holder, 20);
            return error(errc::storage_locked, opened.path_.string() + " is held by " +
                                                   (holder.empty() ? "another process" : "process " + holder) +
                                                   "; stop it, or use another session file");
        }
        auto const pid = std::to_string(::getpid());
        if (::ftruncate(opened.lock_.get(), 0) == 0)
            (void)opened.lock_.write(crypto::as_bytes(pid));
        return opened;
    }

    const std::filesystem::path& path() const noexcept { return path_; }

    /// The session; nothing if there is no file, or an empty one. errc::storage_failed if it cannot be read.
    result<std::optional<session_data>> load()
    {
        broken_ = false;
        members_.clear();
        detail::posix_file const file(path_.c_str(), O_RDONLY);
        if (!file.is_open()) {
            if (errno == ENOENT)
                return std::optional<session_data>();
            return detail::file_error("cannot read " + path_.string(), errno);
        }
        std::string text;
        if (!file.read(text, max_size + 1))
            return detail::file_error("cannot read " + path_.string(), errno);
        crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(text)));
        if (text.empty())
            return std::optional<session_data>();
        boost::system::error_code ec;
        auto json = text.size() > max_size ? boost::json::value() : boost::json::parse(text, ec);
        auto data = ec ? result<session_data>(error(errc::storage_failed, "it is not JSON")) : session_from_json(json);
        if (!data) {
            broken_ = true;
            return error(errc::storage_failed, path_.string() + " is not a session file: " + data.error().text() +
                                                   "; restore it from a copy, or move it away and sign in again");
        }
        members_ = std::move(json.get_object());
        return std::optional<session_data>(std::move(*data));
    }

    /// Replaces the session. On failure the old one is still there.
    result<> save(const session_data& data)
    {
        if (broken_)
            if (auto const moved = set_aside(".broken"); !moved)
                return moved.error();
        session_to_json(data, members_);
        auto text = boost::json::serialize(members_) + "\n";
        crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(text)));

        if (auto const replaced = detail::replace_file(path_.string(), crypto::as_bytes(text)); !replaced)
            return replaced;
        return detail::sync_folder_of(path_.string());
    }

    /// Renames the file to `<file><suffix>`, or `<file><suffix>-2` and so on, and returns its new path; for a session
    /// that the server no longer accepts. Does nothing and returns an empty path if there is no file.
    result<std::filesystem::path> set_aside(const std::string& suffix = ".old")
    {
        std::error_code ec;
        if (!std::filesystem::exists(path_, ec)) {
            broken_ = false;
            return std::filesystem::path();
        }
        for (int number = 1;; ++number) {
            auto target = path_;
            target += number == 1 ? suffix : suffix + "-" + std::to_string(number);
            if (std::filesystem::exists(target, ec))
                continue;
            if (::rename(path_.c_str(), target.c_str()) != 0)
                return detail::file_error("cannot rename " + path_.string(), errno);
            broken_ = false;
            members_.clear();
            if (auto const synced = detail::sync_folder_of(path_.string()); !synced)
                return synced.error();
            return target;
        }
    }

private:
    explicit file_storage(std::filesystem::path path) : path_(std::move(path)) {}

    static result<> make_private_folder(const std::filesystem::path& folder)
    {
        std::error_code ec;
        if (std::filesystem::exists(folder, ec))
            return {};
        if (auto const parent = folder.parent_path(); parent != folder)
            if (auto const made = make_private_folder(parent); !made)
                return made.error();
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
            return detail::file_error("cannot make the folder " + folder.string(), errno);
        return {};
    }

    std::filesystem::path path_;
    detail::posix_file lock_{};
    boost::json::object members_{}; ///< as last seen in the file, with those of others
    bool broken_ = false;
};

static_assert(storage<file_storage>);

} // namespace mtproto

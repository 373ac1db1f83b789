// Files on their way up, and files that are there.
#pragma once

#include "mtproto/sandbox/peer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace mtproto::sandbox {

/// The limits of uploads and downloads, in bytes. https://core.telegram.org/api/files
namespace file_limits {
inline constexpr std::int32_t largest_part = 512 * 1024;
inline constexpr std::int32_t largest_answer = 1024 * 1024;
inline constexpr std::int32_t most_parts = 8000;
inline constexpr std::int64_t small_file = 10 * 1024 * 1024; ///< saveFilePart is for files up to this size
} // namespace file_limits

/// A file that was sent, with its bytes.
struct stored_file
{
    std::int64_t id{};
    std::int64_t access_hash{};
    bytes reference{};
    int dc = 0;
    std::int32_t date{};
    bool photo = false;
    bool spoiler = false;
    std::string name{};
    std::string mime_type{};
    bytes attributes{}; ///< Vector<DocumentAttribute> of the native layer
    std::int32_t width = 0;
    std::int32_t height = 0;
    bytes data{};
};

/// Width and height of a PNG or JPEG; nothing for anything else.
inline std::optional<std::pair<std::int32_t, std::int32_t>> image_size(std::span<const std::byte> data)
{
    auto const at = [&](std::size_t i) { return std::to_integer<std::int32_t>(data[i]); };
    if (data.size() >= 24 && at(0) == 0x89 && at(1) == 'P' && at(2) == 'N' && at(3) == 'G')
        return std::pair{at(18) << 8 | at(19), at(22) << 8 | at(23)};
    if (data.size() < 4 || at(0) != 0xff || at(1) != 0xd8)
        return std::nullopt;
    for (std::size_t i = 2; i + 9 < data.size() && at(i) == 0xff;) {
        auto const marker = at(i + 1);
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
            return std::pair{at(i + 7) << 8 | at(i + 8), at(i + 5) << 8 | at(i + 6)};
        i += 2 + static_cast<std::size_t>(at(i + 2) << 8 | at(i + 3));
    }
    return std::nullopt;
}

/// Parts that were saved but do not belong to a message yet, and the files made of them.
class file_store
{
public:
    explicit file_store(std::uint64_t seed) : seed_(seed) {}

    /// upload.saveFilePart (total = nothing) and upload.saveBigFilePart (total = -1 while it is not known).
    result<> save_part(std::int64_t owner, std::int64_t file_id, std::int32_t part, std::optional<std::int32_t> total,
                       bytes data)
    {
        if (part < 0 || part >= file_limits::most_parts)
            return refuse("FILE_PART_INVALID");
        if (total && (*total == 0 || *total < -1 || *total > file_limits::most_parts || (*total > 0 && part >= *total)))
            return refuse("FILE_PARTS_INVALID");
        if (data.empty())
            return refuse("FILE_PART_EMPTY");
        auto const size = static_cast<std::int32_t>(data.size());
        if (data.size() > static_cast<std::size_t>(file_limits::largest_part))
            return refuse("FILE_PART_TOO_BIG");
        auto& file = uploads_[{owner, file_id}];
        // Only the last part may have an odd size.
        bool const last = total && *total == part + 1;
        if (total && *total > 0 && !last && (size % 1024 != 0 || file_limits::largest_part % size != 0))
            return refuse("FILE_PART_SIZE_INVALID");
        auto const other = std::find_if(file.parts.begin(), file.parts.end(), [&](auto const& p) { return p.first < part; });
        if (other != file.parts.end() && data.size() > other->second.size())
            return refuse("FILE_PART_SIZE_CHANGED");
        file.parts[part] = std::move(data);
        return {};
    }

    /// Joins `count` parts. A client that sends a number too many parts than it saved is told the first missing one.
    result<bytes> take(std::int64_t owner, std::int64_t file_id, std::int32_t count, bool big)
    {
        auto const at = uploads_.find({owner, file_id});
        if (count <= 0 || count > file_limits::most_parts)
            return refuse("FILE_PARTS_INVALID");
        if (at == uploads_.end())
            return refuse("FILE_PART_0_MISSING");
        auto& parts = at->second.parts;
        std::size_t size = 0;
        for (std::int32_t i = 0; i < count; ++i) {
            auto const part = parts.find(i);
            if (part == parts.end())
                return refuse("FILE_PART_" + std::to_string(i) + "_MISSING");
            // https://core.telegram.org/api/files: all parts but the last have one size that divides 512 kB.
            auto const length = static_cast<std::int32_t>(part->second.size());
            if (i + 1 < count && (length % 1024 != 0 || file_limits::largest_part % length != 0 ||
                                  part->second.size() != parts.begin()->second.size()))
                return refuse("FILE_PART_SIZE_INVALID");
            size += part->second.size();
        }
        if (!big && static_cast<std::int64_t>(size) > file_limits::small_file)
            return refuse("FILE_PARTS_INVALID");
        bytes whole;
        whole.reserve(size);
        for (std::int32_t i = 0; i < count; ++i)
            whole.insert(whole.end(), parts[i].begin(), parts[i].end());
        uploads_.erase(at);
        return whole;
    }

    /// Stores a file and gives it an id, an access hash and a reference.
    const stored_file& add(stored_file file)
    {
        if (file.id == 0)
            file.id = static_cast<std::int64_t>(mix(seed_, ++count_) >> 1);
        file.access_hash = static_cast<std::int64_t>(mix(seed_, static_cast<std::uint64_t>(file.id), 0xf11e));
        if (file.reference.empty())
            renew(file);
        auto const id = file.id;
        return files_.emplace(id, std::move(file)).first->second;
    }
    const stored_file* find(std::int64_t id) const
    {
        auto const at = files_.find(id);
        return at == files_.end() ? nullptr : &at->second;
    }
    /// Makes the file's present reference worthless. https://core.telegram.org/api/file_reference
    void expire(std::int64_t id)
    {
        auto const at = files_.find(id);
        if (at != files_.end())
            renew(at->second);
    }
    const std::map<std::int64_t, stored_file>& all() const noexcept { return files_; }
    /// How many ids and references were made; after loading files their store must not make the same ones again.
    std::uint64_t count() const noexcept { return count_; }
    void restore_count(std::uint64_t count) noexcept { count_ = count; }

    /// upload.getFile: a piece of a file, within the limits that the real servers have.
    static result<std::span<const std::byte>> read(const stored_file& file, std::int64_t offset, std::int32_t limit, bool precise)
    {
        std::int32_t const step = precise ? 1024 : 4096;
        if (limit <= 0 || limit % step != 0 || limit > file_limits::largest_answer ||
            (!precise && file_limits::largest_answer % limit != 0))
            return refuse("LIMIT_INVALID");
        if (offset < 0 || offset % step != 0 ||
            offset / file_limits::largest_answer != (offset + limit - 1) / file_limits::largest_answer)
            return refuse("OFFSET_INVALID");
        std::span<const std::byte> const all(file.data);
        if (static_cast<std::uint64_t>(offset) >= all.size())
            return all.first(0);
        auto const from = static_cast<std::size_t>(offset);
        return all.subspan(from, (std::min)(all.size() - from, static_cast<std::size_t>(limit)));
    }

private:
    void renew(stored_file& file)
    {
        auto const number = mix(seed_, ++count_, 0x4ef);
        file.reference.assign(1, std::byte{1});
        for (int shift = 0; shift < 64; shift += 8)
            file.reference.push_back(static_cast<std::byte>(number >> shift));
    }

    struct upload
    {
        std::map<std::int32_t, bytes> parts{};
    };
    std::map<std::pair<std::int64_t, std::int64_t>, upload> uploads_; ///< by owner and the client's file id
    std::map<std::int64_t, stored_file> files_;
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

} // namespace mtproto::sandbox

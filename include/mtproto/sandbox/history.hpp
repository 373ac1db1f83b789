// Pages of a conversation. https://core.telegram.org/api/offsets
#pragma once

#include "mtproto/sandbox/mailbox.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace mtproto::sandbox {

/// The offset parameters that messages.getHistory, messages.search and others share.
struct page_request
{
    std::int32_t offset_id = 0;
    std::int32_t offset_date = 0;
    std::int32_t add_offset = 0;
    std::int32_t limit = 0;
    std::int32_t max_id = 0; ///< only messages below; 0 for no bound
    std::int32_t min_id = 0; ///< only messages above
};

struct page
{
    std::vector<std::int32_t> ids{}; ///< newest first
    std::int32_t count = 0;          ///< of the whole conversation (or of all that match)
    bool whole = false;              ///< nothing is left out
};

inline constexpr std::int32_t longest_page = 100;

/// Chooses the ids that `request` asks for among those that `matches`.
template <class Matches>
page select_page(const mailbox& box, const std::vector<std::int32_t>& chat, const page_request& request, Matches matches)
{
    std::vector<std::int32_t> all; // newest first
    for (auto at = chat.rbegin(); at != chat.rend(); ++at)
        if (matches(*box.find(*at)))
            all.push_back(*at);
    auto start = static_cast<std::int64_t>(0);
    auto const first = [&](auto after) { return std::find_if(all.begin(), all.end(), after) - all.begin(); };
    if (request.offset_id > 0)
        start = first([&](std::int32_t id) { return id < request.offset_id; });
    else if (request.offset_date > 0)
        start = first([&](std::int32_t id) { return box.find(id)->date < request.offset_date; });
    start += request.add_offset;
    auto const limit = std::clamp(request.limit, 0, longest_page);
    auto const size = static_cast<std::int64_t>(all.size());
    auto const from = std::clamp<std::int64_t>(start, 0, size);
    auto const to = std::clamp<std::int64_t>(start + limit, from, size);
    page chosen{.count = static_cast<std::int32_t>(size)};
    for (auto i = from; i < to; ++i) {
        auto const id = all[static_cast<std::size_t>(i)];
        if ((request.max_id <= 0 || id < request.max_id) && id > request.min_id)
            chosen.ids.push_back(id);
    }
    chosen.whole = chosen.ids.size() == all.size();
    return chosen;
}

/// One page of the list of dialogs, which begins after `offset_peer` (or at the first one older than offset_date).
struct dialogs_request
{
    std::int32_t offset_date = 0;
    std::int32_t offset_id = 0;
    peer offset_peer{};
    bool has_offset_peer = false;
    std::int32_t limit = 0;
};

} // namespace mtproto::sandbox

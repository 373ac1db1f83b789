// What an update_stream gives out at a time: update_batch.
#pragma once

#include <mtproto/api/fwd.hpp>

#include <cstdint>
#include <vector>

namespace mtproto {

/// Updates that are applied together; `S` is their storage, api::tl_storage in an update_batch.
template <class S>
struct basic_update_batch
{
    std::vector<api::raw::Update<S>> updates{};
    std::vector<api::raw::User<S>> users{}; ///< whom the updates, or later ones, speak of
    std::vector<api::raw::Chat<S>> chats{};
    /// The server no longer has all that was missed: read dialogs and histories anew.
    bool reset = false;
    /// The same for these channels only.
    std::vector<std::int64_t> reset_channels{};
};

/// What update_stream gives out at a time.
using update_batch = basic_update_batch<api::tl_storage>;

} // namespace mtproto

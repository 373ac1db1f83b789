// stories.*: nobody has any.
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

namespace mtproto::sandbox::methods {

namespace sto {
using namespace raw::stories;
}

inline answer_to<sto::getAllStories<lean>> handle(call&, const sto::getAllStories<lean>& q)
{
    static constexpr auto state = "none"; // it never changes; an empty one is taken for a fault
    if (q.state == state)
        return sto::allStoriesNotModified<lean>{.state = state};
    return sto::allStories<lean>{.state = state};
}

inline answer_to<sto::getPeerStories<lean>> handle(call& c, const sto::getPeerStories<lean>& q)
{
    auto const who = peer_of(c, q.peer);
    if (!who)
        return who.error();
    auto shown = present(c);
    sto::peerStories<lean> made{};
    made.stories.peer = shown.mention(*who);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

using story_methods = list<sto::getAllStories<lean>, sto::getPeerStories<lean>>;

} // namespace mtproto::sandbox::methods

// The API's types with fewer constructors: what a data centre of this size reads and writes.
//
// `raw::Update<lean>` has the twenty updates that the sandbox sends, `raw::InputMedia<lean>` the media that it
// takes, and so on, while every constructor is the generated one. That keeps a translation unit with the whole
// sandbox at seconds instead of minutes. A constructor that is not listed here is refused on reading.
#pragma once

#include "mtproto/api/api.hpp"
#include "mtproto/tl/storage.hpp"
#include "mtproto/tl/variant.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace mtproto::sandbox {

/// A storage policy that owns its values, like tl::owning, and under which some boxed types are narrowed.
struct lean : tl::owning
{
};

namespace raw = ::mtproto::api::raw;

namespace detail {

template <class T>
struct select_node
{
    template <class F>
    static constexpr bool known(std::uint32_t id, F& f, bool& outcome)
    {
        return id == T::tl_id && (outcome = f(std::type_identity<T>()), true);
    }
};
template <class... Nodes>
struct select_node<std::variant<Nodes...>>
{
    template <class F>
    static constexpr bool known(std::uint32_t id, F& f, bool& outcome)
    {
        return (select_node<Nodes>::known(id, f, outcome) || ...);
    }
};

} // namespace detail

/// A boxed type with a choice of its constructors.
template <class... Nodes>
struct subset : tl::variant<Nodes...>
{
    using tl_variant = tl::variant<Nodes...>;
    using tl_variant::tl_variant;

    template <class F>
    static constexpr bool tl_select(std::uint32_t id, F&& f)
    {
        bool outcome = false;
        (void)detail::select_node<std::variant<Nodes...>>::known(id, f, outcome);
        return outcome;
    }
};

} // namespace mtproto::sandbox

namespace mtproto::api::raw {

using mtproto::sandbox::lean;
using mtproto::sandbox::subset;

// Declared before any is defined, since a definition instantiates what it holds.
template <>
struct PhotoSize<lean>;
template <>
struct VideoSize<lean>;
template <>
struct RichText<lean>;
template <>
struct PageBlock<lean>;
template <>
struct StoryItem<lean>;
template <>
struct WallPaper<lean>;
template <>
struct StarGift<lean>;
template <>
struct ChatTheme<lean>;
template <>
struct DraftMessage<lean>;
template <>
struct GroupCall<lean>;
template <>
struct Chat<lean>;
template <>
struct SendMessageAction<lean>;
template <>
struct MessageAction<lean>;
template <>
struct MessageMedia<lean>;
template <>
struct InputMedia<lean>;
template <>
struct Update<lean>;

// What only appears inside fields that the sandbox leaves out.
template <>
struct PhotoSize<lean> : subset<photoSizeEmpty<lean>, photoSize<lean>>
{
    using subset::subset;
};
template <>
struct VideoSize<lean> : subset<videoSize<lean>>
{
    using subset::subset;
};
template <>
struct RichText<lean> : subset<textEmpty<lean>>
{
    using subset::subset;
};
template <>
struct PageBlock<lean> : subset<pageBlockUnsupported<lean>, pageBlockDivider<lean>>
{
    using subset::subset;
};
template <>
struct StoryItem<lean> : subset<storyItemDeleted<lean>>
{
    using subset::subset;
};
template <>
struct WallPaper<lean> : subset<wallPaperNoFile<lean>>
{
    using subset::subset;
};
template <>
struct StarGift<lean> : subset<starGift<lean>>
{
    using subset::subset;
};
template <>
struct ChatTheme<lean> : subset<chatTheme<lean>>
{
    using subset::subset;
};
template <>
struct DraftMessage<lean> : subset<draftMessageEmpty<lean>>
{
    using subset::subset;
};
template <>
struct GroupCall<lean> : subset<groupCallDiscarded<lean>>
{
    using subset::subset;
};

template <>
struct Chat<lean> : subset<chatEmpty<lean>, chat<lean>, chatForbidden<lean>, channel<lean>, channelForbidden<lean>>
{
    using subset::subset;
};

template <>
struct SendMessageAction<lean>
    : subset<tl::group<sendMessageTypingAction<lean>, sendMessageCancelAction<lean>, sendMessageRecordVideoAction<lean>,
                       sendMessageUploadVideoAction<lean>, sendMessageRecordAudioAction<lean>, sendMessageUploadAudioAction<lean>,
                       sendMessageUploadPhotoAction<lean>, sendMessageUploadDocumentAction<lean>, sendMessageGeoLocationAction<lean>,
                       sendMessageChooseContactAction<lean>, sendMessageGamePlayAction<lean>>,
             tl::group<sendMessageRecordRoundAction<lean>, sendMessageUploadRoundAction<lean>, speakingInGroupCallAction<lean>,
                       sendMessageHistoryImportAction<lean>, sendMessageChooseStickerAction<lean>, sendMessageEmojiInteraction<lean>,
                       sendMessageEmojiInteractionSeen<lean>>>
{
    using subset::subset;
};

template <>
struct MessageAction<lean>
    : subset<messageActionEmpty<lean>, messageActionChatCreate<lean>, messageActionChatEditTitle<lean>, messageActionChatAddUser<lean>,
             messageActionChatDeleteUser<lean>, messageActionChatJoinedByLink<lean>, messageActionChannelCreate<lean>,
             messageActionPinMessage<lean>, messageActionHistoryClear<lean>, messageActionContactSignUp<lean>>
{
    using subset::subset;
};

template <>
struct MessageMedia<lean> : subset<messageMediaEmpty<lean>, messageMediaPhoto<lean>, messageMediaGeo<lean>, messageMediaContact<lean>,
                                   messageMediaUnsupported<lean>, messageMediaDocument<lean>, messageMediaVenue<lean>>
{
    using subset::subset;
};

template <>
struct InputMedia<lean> : subset<inputMediaEmpty<lean>, inputMediaUploadedPhoto<lean>, inputMediaPhoto<lean>, inputMediaGeoPoint<lean>,
                                 inputMediaContact<lean>, inputMediaUploadedDocument<lean>, inputMediaDocument<lean>,
                                 inputMediaVenue<lean>, inputMediaWebPage<lean>>
{
    using subset::subset;
};

template <>
struct Update<lean>
    : subset<tl::group<updateNewMessage<lean>, updateMessageID<lean>, updateDeleteMessages<lean>, updateUserTyping<lean>,
                       updateChatUserTyping<lean>, updateChatParticipants<lean>, updateUserStatus<lean>, updateReadHistoryInbox<lean>,
                       updateReadHistoryOutbox<lean>, updateEditMessage<lean>, updateChannel<lean>>,
             tl::group<updateNewChannelMessage<lean>, updateReadChannelInbox<lean>, updateReadChannelOutbox<lean>,
                       updateDeleteChannelMessages<lean>, updateEditChannelMessage<lean>, updateChannelUserTyping<lean>,
                       updatePinnedMessages<lean>, updatePinnedChannelMessages<lean>, updateChannelTooLong<lean>,
                       updateDialogPinned<lean>, updateUserName<lean>>>
{
    using subset::subset;
};

} // namespace mtproto::api::raw

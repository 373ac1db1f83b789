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

/// A constructor that is never written: it stands in fields that the sandbox leaves out, and costs no compile time.
struct unused
{
    static constexpr std::uint32_t tl_id = 0;
    static constexpr char tl_line[] = "unused = Unused";
    using tl_fields = tl::field_list<>;
};

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
using mtproto::sandbox::unused;

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
template <>
struct EmojiStatus<lean>;
template <>
struct PeerColor<lean>;
template <>
struct ChatReactions<lean>;
template <>
struct ProfileTab<lean>;
template <>
struct NotificationSound<lean>;
template <>
struct ChannelLocation<lean>;
template <>
struct InputGroupCall<lean>;
template <>
struct ExportedChatInvite<lean>;
template <>
struct BotMenuButton<lean>;
template <>
struct DialogFilter<lean>;

// What only appears inside fields that the sandbox leaves out.
template <>
struct richMessage<lean> : unused
{
};
template <>
struct factCheck<lean> : unused
{
};
template <>
struct messageReactions<lean> : unused
{
};
template <>
struct messageReplies<lean> : unused
{
};
template <>
struct recentStory<lean> : unused
{
};
template <>
struct businessWorkHours<lean> : unused
{
};
template <>
struct businessLocation<lean> : unused
{
};
template <>
struct businessGreetingMessage<lean> : unused
{
};
template <>
struct businessAwayMessage<lean> : unused
{
};
template <>
struct businessIntro<lean> : unused
{
};
template <>
struct birthday<lean> : unused
{
};
template <>
struct starRefProgram<lean> : unused
{
};
template <>
struct botVerification<lean> : unused
{
};
template <>
struct disallowedGiftsSettings<lean> : unused
{
};
template <>
struct starsRating<lean> : unused
{
};
template <>
struct stickerSet<lean> : unused
{
};
template <>
struct botVerifierSettings<lean> : unused
{
};
template <>
struct botAppSettings<lean> : unused
{
};
template <>
struct EmojiStatus<lean> : subset<emojiStatusEmpty<lean>>
{
    using subset::subset;
};
template <>
struct PeerColor<lean> : subset<peerColor<lean>>
{
    using subset::subset;
};
template <>
struct ChatReactions<lean> : subset<chatReactionsNone<lean>>
{
    using subset::subset;
};
template <>
struct ProfileTab<lean> : subset<profileTabPosts<lean>>
{
    using subset::subset;
};
template <>
struct NotificationSound<lean> : subset<notificationSoundDefault<lean>>
{
    using subset::subset;
};
template <>
struct ChannelLocation<lean> : subset<channelLocationEmpty<lean>>
{
    using subset::subset;
};
template <>
struct InputGroupCall<lean> : subset<inputGroupCall<lean>>
{
    using subset::subset;
};
template <>
struct ExportedChatInvite<lean> : subset<chatInvitePublicJoinRequests<lean>>
{
    using subset::subset;
};
template <>
struct BotMenuButton<lean> : subset<botMenuButtonDefault<lean>>
{
    using subset::subset;
};
template <>
struct DialogFilter<lean> : subset<dialogFilterDefault<lean>>
{
    using subset::subset;
};
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

// Empty answers to what clients ask for at their start and a small data centre has none of.
//
// They are made from the schema at run time: every unconditional field zero or empty.
#pragma once

#include "mtproto/sandbox/peer.hpp"
#include "mtproto/tl/schema/model.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/writer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mtproto::sandbox::methods {

namespace detail {

inline const tl::schema::combinator& emptiest(const tl::schema::schema& of, const tl::schema::type_info& type)
{
    auto const& all = of.combinators();
    for (auto const index : type.constructors)
        if (all[index].name.ends_with("Empty") || all[index].name.ends_with("None"))
            return all[index];
    for (auto const index : type.constructors)
        if (!all[index].name.ends_with("NotModified"))
            return all[index];
    return all[type.constructors.front()];
}

inline void write_empty(const tl::schema::schema& of, const tl::schema::type_expr& type, tl::writer& to, int depth);

inline void write_empty(const tl::schema::schema& of, const tl::schema::combinator& constructor, tl::writer& to, int depth)
{
    for (auto const& p : constructor.params)
        if (!p.when)
            write_empty(of, p.type, to, depth);
}

inline void write_empty(const tl::schema::schema& of, const tl::schema::type_expr& type, tl::writer& to, int depth)
{
    using kind = tl::schema::type_kind;
    switch (type.kind) {
    case kind::nat:
    case kind::int32: return to.number(std::int32_t{0});
    case kind::int53:
    case kind::int64:
    case kind::float64: return to.number(std::int64_t{0});
    case kind::string:
    case kind::bytes: return to.string({});
    case kind::int128: return to.raw(tl::int128{});
    case kind::int256: return to.raw(tl::int256{});
    case kind::boolean: return to.id(tl::bool_false_id);
    case kind::vector: to.id(tl::vector_id); [[fallthrough]];
    case kind::bare_vector: return to.number(std::int32_t{0});
    case kind::boxed: {
        auto const& constructor = emptiest(of, of.types()[type.index]);
        to.id(constructor.id);
        if (depth > 0)
            write_empty(of, constructor, to, depth - 1);
        return;
    }
    case kind::bare:
        if (depth > 0)
            write_empty(of, of.combinators()[type.index], to, depth - 1);
        return;
    default: return;
    }
}

// "method", or "method constructor" where the first constructor would not do. True is the answer of what returns Bool.
inline constexpr std::string_view stand_ins[] = {
    "account.getAutoDownloadSettings",
    "account.getAutoSaveSettings",
    "account.getBusinessChatLinks",
    "account.getChannelDefaultEmojiStatuses",
    "account.getChannelRestrictedStatusEmojis",
    "account.getChatThemes",
    "account.getCollectibleEmojiStatuses",
    "account.getConnectedBots",
    "account.getContactSignUpNotification boolFalse",
    "account.getContentSettings",
    "account.getDefaultBackgroundEmojis",
    "account.getDefaultEmojiStatuses",
    "account.getDefaultGroupPhotoEmojis",
    "account.getDefaultProfilePhotoEmojis",
    "account.getGlobalPrivacySettings",
    "account.getMultiWallPapers",
    "account.getNotifyExceptions updates",
    "account.getPasskeys",
    "account.getPrivacy",
    "account.getReactionsNotifySettings",
    "account.getRecentEmojiStatuses",
    "account.getSavedMusicIds",
    "account.getSavedRingtones",
    "account.getThemes",
    "account.getUniqueGiftChatThemes",
    "account.getWallPapers",
    "account.getWebAuthorizations",
    "account.getWebBrowserSettings account.webBrowserSettings",
    "account.registerDevice",
    "account.reportPeer",
    "account.resetNotifySettings",
    "account.saveAutoDownloadSettings",
    "account.saveAutoSaveSettings",
    "account.setAccountTTL",
    "account.setAuthorizationTTL",
    "account.setContactSignUpNotification",
    "account.setContentSettings",
    "account.setGlobalPrivacySettings",
    "account.setPrivacy",
    "account.unregisterDevice",
    "account.updateDeviceLocked",
    "account.updateNotifySettings",
    "aicompose.getTones aicompose.tones",
    "bots.getAdminedBots",
    "bots.getBotCommands",
    "bots.getBotInfo",
    "bots.getBotMenuButton",
    "bots.getBotRecommendations",
    "bots.getPopularAppBots",
    "bots.getPreviewMedias",
    "bots.resetBotCommands",
    "bots.setBotCommands",
    "bots.setBotInfo",
    "bots.setBotMenuButton",
    "channels.getAdminLog",
    "channels.getAdminedPublicChannels",
    "channels.getChannelRecommendations",
    "channels.getGroupsForDiscussion",
    "channels.getInactiveChannels",
    "channels.getLeftChannels",
    "channels.getSendAs",
    "channels.readMessageContents",
    "channels.reportSpam",
    "channels.searchPosts",
    "chatlists.getChatlistUpdates",
    "chatlists.getExportedInvites",
    "contacts.block",
    "contacts.getBirthdays",
    "contacts.getBlocked",
    "contacts.getContactIDs",
    "contacts.getLocated updates",
    "contacts.getSaved",
    "contacts.getSponsoredPeers",
    "contacts.getTopPeers contacts.topPeersDisabled",
    "contacts.setBlocked",
    "contacts.toggleTopPeers",
    "contacts.unblock",
    "help.acceptTermsOfService",
    "help.dismissSuggestion",
    "help.getAppUpdate help.noAppUpdate",
    "help.getCdnConfig",
    "help.getDeepLinkInfo",
    "help.getPassportConfig help.passportConfigNotModified",
    "help.getPeerColors",
    "help.getPeerProfileColors",
    "help.getPremiumPromo",
    "help.getRecentMeUrls",
    "help.getTimezonesList",
    "help.getUserInfo",
    "help.hidePromoData",
    "help.saveAppLog",
    "help.setBotUpdatesStatus",
    "langpack.getDifference",
    "langpack.getLangPack",
    "langpack.getLanguage",
    "langpack.getLanguages",
    "langpack.getStrings",
    "messages.clearAllDrafts",
    "messages.getAdminsWithInvites",
    "messages.getAllDrafts updates",
    "messages.getAllStickers",
    "messages.getArchivedStickers",
    "messages.getAttachMenuBots",
    "messages.getAttachedStickers",
    "messages.getAvailableEffects",
    "messages.getAvailableReactions",
    "messages.getChatInviteImporters",
    "messages.getCustomEmojiDocuments",
    "messages.getDefaultHistoryTTL",
    "messages.getDefaultTagReactions",
    "messages.getDialogUnreadMarks",
    "messages.getEmojiGroups",
    "messages.getEmojiKeywords",
    "messages.getEmojiKeywordsDifference",
    "messages.getEmojiKeywordsLanguages",
    "messages.getEmojiProfilePhotoGroups",
    "messages.getEmojiStatusGroups",
    "messages.getEmojiStickerGroups",
    "messages.getEmojiStickers",
    "messages.getExportedChatInvites",
    "messages.getFavedStickers",
    "messages.getFeaturedEmojiStickers",
    "messages.getFeaturedStickers",
    "messages.getForumTopics",
    "messages.getMaskStickers",
    "messages.getMessageReactionsList",
    "messages.getMessageReadParticipants",
    "messages.getMessagesReactions updates",
    "messages.getMyStickers",
    "messages.getOldFeaturedStickers",
    "messages.getOnlines",
    "messages.getPaidReactionPrivacy updates",
    "messages.getPinnedSavedDialogs",
    "messages.getQuickReplies",
    "messages.getQuickReplyMessages",
    "messages.getRecentLocations",
    "messages.getRecentReactions",
    "messages.getRecentStickers",
    "messages.getReplies",
    "messages.getSavedDialogs",
    "messages.getSavedDialogsByID",
    "messages.getSavedGifs",
    "messages.getSavedHistory",
    "messages.getSavedReactionTags",
    "messages.getScheduledHistory",
    "messages.getScheduledMessages",
    "messages.getSearchCounters",
    "messages.getSearchResultsCalendar",
    "messages.getSearchResultsPositions",
    "messages.getSplitRanges",
    "messages.getSponsoredMessages",
    "messages.getStickers",
    "messages.getSuggestedDialogFilters",
    "messages.getTopReactions",
    "messages.getUnreadMentions",
    "messages.getUnreadPollVotes",
    "messages.getUnreadReactions",
    "messages.getWebPagePreview",
    "messages.hidePeerSettingsBar",
    "messages.readDiscussion",
    "messages.readFeaturedStickers",
    "messages.receivedMessages",
    "messages.receivedQueue",
    "messages.reportMessagesDelivery",
    "messages.reportReadMetrics",
    "messages.reportSpam",
    "messages.saveDraft",
    "messages.searchCustomEmoji",
    "messages.searchEmojiStickerSets",
    "messages.searchSentMedia",
    "messages.searchStickerSets",
    "messages.searchStickers",
    "messages.updateDialogFilter",
    "messages.updateDialogFiltersOrder",
    "messages.viewSponsoredMessage",
    "payments.getConnectedStarRefBots",
    "payments.getPremiumGiftCodeOptions",
    "payments.getSavedStarGifts",
    "payments.getStarGiftActiveAuctions",
    "payments.getStarGiftCollections",
    "payments.getStarGifts",
    "payments.getStarsGiftOptions",
    "payments.getStarsGiveawayOptions",
    "payments.getStarsStatus",
    "payments.getStarsSubscriptions",
    "payments.getStarsTopupOptions",
    "payments.getStarsTransactions",
    "phone.getCallConfig",
    "phone.getGroupCallJoinAs",
    "phone.saveCallLog",
    "photos.getUserPhotos",
    "premium.getBoostsList",
    "premium.getMyBoosts",
    "premium.getUserBoosts",
    "stories.canSendStory",
    "stories.getAlbumStories",
    "stories.getAlbums",
    "stories.getAllReadPeerStories updates",
    "stories.getChatsToSend",
    "stories.getPeerMaxIDs",
    "stories.getPinnedStories",
    "stories.getStoriesArchive",
    "stories.getStoriesByID",
    "users.getRequirementsToContact",
    "users.getSavedMusic",
    "users.getSavedMusicByID",
};

// "method error": what a data centre without stickers, links of invitation and inline bots says of any of them.
inline constexpr std::string_view refusals[] = {
    "messages.checkChatInvite INVITE_HASH_INVALID",
    "messages.getBotCallbackAnswer BOT_RESPONSE_TIMEOUT",
    "messages.getInlineBotResults BOT_INLINE_DISABLED",
    "messages.getStickerSet STICKERSET_INVALID",
    "messages.importChatInvite INVITE_HASH_INVALID",
    "messages.installStickerSet STICKERSET_INVALID",
};

} // namespace detail

/// Why a method that has no handler and no empty answer is refused.
inline std::string_view nothing_there(std::string_view method)
{
    for (auto const entry : detail::refusals)
        if (auto const space = entry.find(' '); entry.substr(0, space) == method)
            return entry.substr(space + 1);
    return "METHOD_INVALID";
}

/// The empty answer to a method of the list, or nothing if it is not on it.
inline std::optional<bytes> stand_in(const tl::schema::schema& of, const tl::schema::combinator& method)
{
    for (auto const entry : detail::stand_ins) {
        auto const space = entry.find(' ');
        if (entry.substr(0, space) != method.name)
            continue;
        tl::writer to;
        if (space != std::string_view::npos) {
            auto const* constructor = of.find_constructor(entry.substr(space + 1));
            if (!constructor)
                return std::nullopt;
            to.id(constructor->id);
            detail::write_empty(of, *constructor, to, 6);
        } else if (method.result.kind == tl::schema::type_kind::boolean) {
            to.id(tl::bool_true_id);
        } else {
            detail::write_empty(of, method.result, to, 6);
        }
        auto const view = to.view();
        return bytes(view.begin(), view.end());
    }
    return std::nullopt;
}

} // namespace mtproto::sandbox::methods

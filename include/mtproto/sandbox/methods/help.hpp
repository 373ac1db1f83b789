// help.*: the configuration, and what else clients ask for at their start.
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"

namespace mtproto::sandbox::methods {

namespace help {
using namespace raw::help;
}

inline answer_to<help::getConfig<lean>> handle(call& c, const help::getConfig<lean>&)
{
    raw::config<lean> made{};
    made.date = c.now;
    made.expires = c.now + 3600;
    made.test_mode = c.at.settings.test_mode;
    made.this_dc = c.dc;
    for (auto const& a : c.at.addresses) {
        raw::dcOption<lean> option{};
        option.ipv6 = a.ip.find(':') != std::string::npos;
        option.static_ = true;
        option.this_port_only = true;
        option.id = a.dc;
        option.ip_address = a.ip;
        option.port = a.port;
        made.dc_options.push_back(std::move(option));
    }
    made.chat_size_max = 200;
    made.megagroup_size_max = 200000;
    made.forwarded_count_max = 100;
    made.online_update_period_ms = 210000;
    made.offline_blur_timeout_ms = 5000;
    made.offline_idle_timeout_ms = 30000;
    made.online_cloud_timeout_ms = 300000;
    made.notify_cloud_delay_ms = 30000;
    made.notify_default_delay_ms = 1500;
    made.push_chat_period_ms = 60000;
    made.push_chat_limit = 2;
    made.edit_time_limit = 172800;
    made.revoke_time_limit = 2147483647;
    made.revoke_pm_time_limit = 2147483647;
    made.revoke_pm_inbox = true;
    made.rating_e_decay = 2419200;
    made.stickers_recent_limit = 200;
    made.channels_read_media_period = 604800;
    made.call_receive_timeout_ms = 20000;
    made.call_ring_timeout_ms = 90000;
    made.call_connect_timeout_ms = 30000;
    made.call_packet_timeout_ms = 10000;
    made.me_url_prefix = "https://t.me/";
    made.caption_length_max = 1024;
    made.message_length_max = 4096;
    made.webfile_dc_id = c.dc;
    return made;
}

inline answer_to<help::getNearestDc<lean>> handle(call& c, const help::getNearestDc<lean>&)
{
    return raw::nearestDc<lean>{.country = "US", .this_dc = c.dc, .nearest_dc = c.at.settings.dc};
}

inline answer_to<help::getAppConfig<lean>> handle(call&, const help::getAppConfig<lean>& q)
{
    if (q.hash == 1)
        return help::appConfigNotModified<lean>{};
    return help::appConfig<lean>{.hash = 1, .config = raw::jsonObject<lean>{}};
}

inline answer_to<help::getTermsOfServiceUpdate<lean>> handle(call& c, const help::getTermsOfServiceUpdate<lean>&)
{
    return help::termsOfServiceUpdateEmpty<lean>{.expires = c.now + 86400};
}

inline answer_to<help::getPromoData<lean>> handle(call& c, const help::getPromoData<lean>&)
{
    return help::promoDataEmpty<lean>{.expires = c.now + 86400};
}

inline answer_to<help::getCountriesList<lean>> handle(call&, const help::getCountriesList<lean>&)
{
    help::country<lean> one{.iso2 = "US", .default_name = "USA"};
    one.country_codes.push_back({.country_code = "1"});
    help::countriesList<lean> made{};
    made.countries.push_back(std::move(one));
    return made;
}

inline answer_to<help::getInviteText<lean>> handle(call&, const help::getInviteText<lean>&)
{
    return help::inviteText<lean>{.message = "Come and see the sandbox"};
}

using help_methods =
    list<help::getConfig<lean>, help::getNearestDc<lean>, help::getAppConfig<lean>, help::getTermsOfServiceUpdate<lean>,
         help::getPromoData<lean>, help::getCountriesList<lean>, help::getInviteText<lean>>;

} // namespace mtproto::sandbox::methods

// Telegram's data centres.
#pragma once

#include <mtproto/transport/endpoint.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace mtproto {

/// One address of one data centre. https://core.telegram.org/constructor/dcOption
struct dc_address
{
    int dc = 0;
    transport::endpoint address{};
    bool media_only = false; ///< for files only

    bool ipv6() const noexcept { return address.host.find(':') != std::string::npos; }

    friend bool operator==(const dc_address&, const dc_address&) = default;
};

/// Where to begin: the addresses that https://my.telegram.org/apps shows and official clients carry.
/// help.getConfig brings newer ones.
inline std::vector<dc_address> telegram_data_centres(bool test_mode)
{
    if (test_mode)
        return {
            {1, {"149.154.175.10", 443}},
            {1, {"2001:b28:f23d:f001::e", 443}},
            {2, {"149.154.167.40", 443}},
            {2, {"2001:67c:4e8:f002::e", 443}},
            {3, {"149.154.175.117", 443}},
            {3, {"2001:b28:f23d:f003::e", 443}},
        };
    return {
        {1, {"149.154.175.50", 443}},
        {1, {"2001:b28:f23d:f001::a", 443}},
        {2, {"149.154.167.50", 443}},
        {2, {"2001:67c:4e8:f002::a", 443}},
        {3, {"149.154.175.100", 443}},
        {3, {"2001:b28:f23d:f003::a", 443}},
        {4, {"149.154.167.91", 443}},
        {4, {"2001:67c:4e8:f004::a", 443}},
        {5, {"91.108.56.130", 443}},
        {5, {"2001:b28:f23f:f005::a", 443}},
    };
}

/// The data centre that has this address, 0 if none has.
inline int dc_of_address(const std::vector<dc_address>& known, std::string_view host)
{
    auto const found =
        std::find_if(known.begin(), known.end(), [&](const dc_address& one) { return one.address.host == host; });
    return found == known.end() ? 0 : found->dc;
}

/// The addresses of a data centre in the order to try them: those of the wanted family first, files-only ones last
/// unless `media`.
inline std::vector<transport::endpoint> addresses_of(const std::vector<dc_address>& known, int dc, bool use_ipv6, bool media)
{
    auto const rank = [&](const dc_address& one) {
        return (one.ipv6() == use_ipv6 ? 0 : 2) + (one.media_only == media ? 0 : 1);
    };
    std::vector<transport::endpoint> addresses;
    for (int wanted = 0; wanted < 4; ++wanted)
        for (auto const& one : known)
            if (one.dc == dc && (media || !one.media_only) && rank(one) == wanted)
                addresses.push_back(one.address);
    return addresses;
}

} // namespace mtproto

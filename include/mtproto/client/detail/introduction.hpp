// What a client and a server say of themselves at the beginning.
#pragma once

#include <mtproto/api/layer.hpp>
#include <mtproto/api/methods/core.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/client/detail/call_sink.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// invokeWithLayer(initConnection( , up to where the request goes. https://core.telegram.org/api/invoking
inline bytes init_prefix(const client_options& options, std::int32_t api_id)
{
    api::initConnection<tl::object> introduction;
    introduction.api_id = api_id;
    introduction.device_model = options.device_model;
    introduction.system_version = options.system_version;
    introduction.app_version = options.app_version;
    introduction.system_lang_code = options.system_language;
    introduction.lang_pack = options.language_pack;
    introduction.lang_code = options.language;
    api::invokeWithLayer<api::initConnection<tl::object>> request;
    request.layer = api::layer;
    request.query = std::move(introduction);
    return tl::encode(request).value();
}

/// The first call on every connection to the home: it tells the server who we are, and where this session's updates go.
inline bytes introduction_request()
{
    api::help::getConfig const request;
    return tl::encode(request).value();
}

/// What matters of the answer.
struct server_introduction
{
    int dc = 0; ///< the server's own
    std::vector<dc_address> addresses{};
};

/// Nothing if the answer is none that we know.
inline std::optional<server_introduction> read_introduction(const bytes& answer)
{
    auto const config = tl::decode<api::Config>(answer, true);
    auto const* const found = config ? tl::get_if<api::config>(*config) : nullptr;
    if (!found)
        return std::nullopt;
    server_introduction read;
    read.dc = found->this_dc;
    for (auto const& option : found->dc_options) {
        auto const* const one = tl::get_if<api::dcOption>(option);
        if (one && !one->cdn && !one->tcpo_only && one->port > 0 && one->port <= 65535)
            read.addresses.push_back({one->id, {one->ip_address, static_cast<std::uint16_t>(one->port)}, one->media_only});
    }
    return read;
}

} // namespace mtproto::detail

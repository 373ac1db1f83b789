// The bridge over the whole API: what a server of a real client serves.
#pragma once

#include <mtproto/proxy/api_bridge.hpp>
#include <mtproto/proxy/bridge.hpp>
#include <mtproto/proxy/descriptors.hpp>

namespace mtproto::proxy {

/// Links the library of converters and the contract's descriptors (the build's mtproto_bridge_dep and mtproto_contract_dep).
class api_methods final : public api_bridge
{
public:
    served_method find(std::string_view rpc) const override
    {
        auto const* const found = find_method(rpc);
        return found ? served(*found) : served_method();
    }
    result<std::vector<std::byte>> request_to_tl(const served_method& method, bytes_view protobuf) const override
    {
        return proxy::request_to_tl(info(method), protobuf);
    }
    result<std::vector<std::byte>> result_to_protobuf(const served_method& method, bytes_view tl,
                                                      bytes_view request_tl) const override
    {
        return proxy::result_to_protobuf(info(method), tl, request_tl);
    }
    result<std::vector<served_method>> carried(const served_method& method, bytes_view request_tl) const override
    {
        std::vector<served_method> out;
        if (info(method).any_result != 0) // an ordinary method, as most are
            return out;
        auto const inner = inner_methods(info(method), request_tl);
        if (!inner)
            return inner.error();
        for (auto const* const one : *inner)
            out.push_back(served(*one));
        return out;
    }
    bool knows_update(std::string_view kind) const override { return is_update_kind(kind); }
    std::vector<bytes_view> descriptor_files() const override
    {
        std::vector<bytes_view> out;
        for (auto const& file : contract::descriptor_files())
            out.push_back(file.bytes);
        return out;
    }

private:
    static served_method served(const method_info& method) { return {method.rpc, method.tl_name, &method}; }
    static const method_info& info(const served_method& method) { return *static_cast<const method_info*>(method.handle); }
};

} // namespace mtproto::proxy

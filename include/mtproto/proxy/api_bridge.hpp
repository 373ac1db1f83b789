// What a server serves: the methods, how their messages become TL and back, their description for reflection.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/tl/types.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::proxy {

using tl::bytes_view;

/// A method as the server knows it; the views live as long as the bridge.
struct served_method
{
    std::string_view rpc{};     ///< "MessagesSendMessage"
    std::string_view tl_name{}; ///< "messages.sendMessage"
    const void* handle = nullptr; ///< the bridge's own; null: there is no such method
    explicit operator bool() const noexcept { return handle != nullptr; }
};

/// Between protobuf and TL. api_methods.hpp has the one over the whole API; tests bring a small one.
///
/// Thread safety: all functions are const and may run in several threads at once.
class api_bridge
{
public:
    virtual ~api_bridge() = default;

    /// By the name of the rpc, without its service.
    virtual served_method find(std::string_view rpc) const = 0;
    /// TL bytes of the call. Any error means that the client's message is at fault.
    virtual result<std::vector<std::byte>> request_to_tl(const served_method&, bytes_view protobuf) const = 0;
    /// The reply's message. A request for which carried() named methods is there again, since what is inside decides; else
    /// `request_tl` is empty.
    virtual result<std::vector<std::byte>> result_to_protobuf(const served_method&, bytes_view tl,
                                                              bytes_view request_tl) const = 0;
    /// The methods that a request carries inside (InvokeWithLayer and its kin), from outside in; none for the others.
    virtual result<std::vector<served_method>> carried([[maybe_unused]] const served_method& method,
                                                       [[maybe_unused]] bytes_view request_tl) const
    {
        return std::vector<served_method>();
    }
    /// Whether Update has a constructor of this name, which a listener may ask for.
    virtual bool knows_update([[maybe_unused]] std::string_view kind) const { return true; }
    /// Serialized google.protobuf.FileDescriptorProto, one element a file; for reflection. The bytes live as long as the bridge.
    virtual std::vector<bytes_view> descriptor_files() const { return {}; }

protected:
    api_bridge() = default;
    api_bridge(const api_bridge&) = default;
    api_bridge& operator=(const api_bridge&) = default;
};

} // namespace mtproto::proxy

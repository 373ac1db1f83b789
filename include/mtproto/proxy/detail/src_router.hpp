// What becomes of a call that arrives: who calls, what, and may they.
#pragma once

#include <mtproto/proxy/detail/src_method_call.hpp>
#include <mtproto/proxy/detail/src_service_calls.hpp>
#include <mtproto/proxy/detail/src_update_listener.hpp>
#include <mtproto/proxy/service_descriptors.hpp>
#include <mtproto/tl/utf8.hpp>

namespace mtproto::proxy::detail {

/// On the server's thread.
class router
{
public:
    explicit router(hub& h) : hub_(h), reflection_(descriptors(*h.api)) {}

    void route(rpc_call& call)
    {
        std::string_view path = call.path();
        path.remove_prefix(path.starts_with('/') ? 1 : 0);
        auto const slash = path.find('/');
        auto const service = path.substr(0, slash);
        auto const name = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);

        auto const who = hub_.access->find(call.metadata("authorization"));
        call.belongs_to(who);
        bool const health = service == "grpc.health.v1.Health" && (name == "Check" || name == "Watch");
        if (!who && !(health && hub_.options.health_without_token)) {
            // Not even the name is looked at.
            call.announce({"unauthenticated", {}, {}, {}});
            return call.end(access_control::unauthenticated());
        }
        auto const info = [&](std::string_view rpc, std::string_view at = {}) {
            return call_info{rpc, at, who ? std::string_view(who->name()) : std::string_view(), {}};
        };
        if (health) {
            call.announce(info(path));
            if (name == "Check")
                return start(call, std::make_unique<health_check>(hub_, who ? *who : nobody_, !who));
            return stream(call, who ? *who : nobody_, [&] {
                return std::make_unique<health_watch>(hub_, call, who ? *who : nobody_, !who);
            });
        }
        if (service == "mtproto.Mtproto")
            return route_method(call, *who, name, info);
        if (service == "mtproto.UpdateStreamer" && name == "ListenOnUpdates")
            return route_listener(call, *who, name, info);
        bool const reflected = service == "grpc.reflection.v1.ServerReflection" ||
                               service == "grpc.reflection.v1alpha.ServerReflection";
        if (reflected && name == "ServerReflectionInfo" && hub_.options.reflection) {
            call.announce(info(path));
            return stream(call, *who, [&] { return std::make_unique<reflection_stream>(hub_, call, reflection_); });
        }
        call.announce(info("unknown"));
        call.end(unknown(path));
    }

private:
    static std::vector<std::string_view> descriptors(const api_bridge& api)
    {
        std::vector<std::string_view> out;
        for (auto const bytes : api.descriptor_files())
            out.push_back(text_of(bytes));
        auto const& ours = service_descriptors();
        out.insert(out.end(), ours.begin(), ours.end());
        return out;
    }
    static call_status unknown(std::string_view what)
    {
        return proxy_status(status_code::unimplemented, "UNKNOWN_METHOD", "there is no method " + tl::utf8_or_replaced(what));
    }

    template <class Info>
    void route_method(rpc_call& call, caller& who, std::string_view name, const Info& info)
    {
        auto const method = hub_.api->find(name);
        if (auto const allowed = who.check(name); allowed.code != status_code::ok) {
            call.announce(info(method ? method.rpc : "unknown"));
            return call.end(allowed);
        }
        if (!method) {
            call.announce(info("unknown"));
            return call.end(unknown(name));
        }
        auto* const at = account_of(call, who, method.rpc, info);
        if (!at)
            return;
        if (hub_.draining)
            return call.end(draining_status());
        if (auto const soon = who.check_rate(call.arrived_at()); soon.code != status_code::ok)
            return call.end(soon);
        auto place = who.take_call();
        if (!place)
            return call.end(proxy_status(status_code::resource_exhausted, "TOO_MANY_CALLS",
                                         "too many calls of this client are under way"));
        call.hold(std::move(place));
        start(call, std::make_unique<method_call>(hub_, method, *at, who));
    }

    template <class Info>
    void route_listener(rpc_call& call, caller& who, std::string_view name, const Info& info)
    {
        if (auto const allowed = who.check(name); allowed.code != status_code::ok) {
            call.announce(info(name));
            return call.end(allowed);
        }
        auto* const at = account_of(call, who, name, info);
        if (!at)
            return;
        if (auto const soon = who.check_rate(call.arrived_at()); soon.code != status_code::ok)
            call.end(soon);
        else
            stream(call, who, [&] { return std::make_unique<update_listener>(hub_, call, *at); });
    }

    /// Announces the call; null if it was ended because there is no such account for it.
    template <class Info>
    served_account* account_of(rpc_call& call, caller& who, std::string_view rpc, const Info& info)
    {
        auto const name = call.metadata("mtproto-account");
        if (!name.empty() && !who.may_use(name)) {
            call.announce(info(rpc));
            call.end(proxy_status(status_code::permission_denied, "ACCOUNT_NOT_ALLOWED",
                                  "this token does not allow the account '" + tl::utf8_or_replaced(name) + "'"));
            return nullptr;
        }
        auto* const at = name.empty() ? hub_.default_account(who) : hub_.find_account(name);
        call.announce(info(rpc, at ? std::string_view(at->name) : std::string_view()));
        if (!at)
            call.end(proxy_status(status_code::not_found, "UNKNOWN_ACCOUNT",
                                  name.empty() ? "the server has no account that this token may use"
                                               : "there is no account '" + tl::utf8_or_replaced(name) + "'"));
        return at;
    }

    template <class Make>
    void stream(rpc_call& call, caller& who, Make make)
    {
        if (hub_.draining)
            return call.end(draining_status());
        auto place = who.take_stream();
        if (!place)
            return call.end(proxy_status(status_code::resource_exhausted, "TOO_MANY_STREAMS",
                                         "too many streams of this client are open"));
        call.hold(std::move(place));
        start(call, make());
    }
    static void start(rpc_call& call, std::unique_ptr<call_handler> handler)
    {
        call.handle(std::move(handler));
        call.read();
    }

    hub& hub_;
    reflection reflection_;
    caller nobody_{access_token{}, 0, 64}; ///< who asks for health without a token
};

} // namespace mtproto::proxy::detail

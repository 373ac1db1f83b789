// The services that gRPC itself defines: health and reflection.
#pragma once

#include <mtproto/proxy/detail/src_hub.hpp>
#include <mtproto/proxy/health.hpp>

namespace mtproto::proxy::detail {

/// What health says about a service: "" is the server, a name an account, the names of our services their first account.
inline serving_status health_of(const hub& of, const caller& who, std::string_view service)
{
    auto const up = [](bool yes) { return yes ? serving_status::serving : serving_status::not_serving; };
    if (service.empty())
        return up(!of.draining);
    served_account* found = nullptr;
    if (service == "mtproto.Mtproto" || service == "mtproto.UpdateStreamer")
        found = of.default_account(who);
    else if (who.may_use(service))
        found = of.find_account(service);
    if (!found)
        return serving_status::service_unknown;
    return up(!of.draining && found->session->connected());
}

/// grpc.health.v1.Health/Check
class health_check final : public call_handler
{
public:
    /// `only_server`: the caller has no token, and gets to know about "" alone.
    health_check(hub& h, const caller& who, bool only_server) : hub_(h), who_(who), only_server_(only_server) {}

    void on_message(rpc_call& call, bytes_view message) override
    {
        auto const service = health_request(text_of(message));
        if (only_server_ && (!service || !service->empty()))
            return call.end(access_control::unauthenticated());
        if (!service)
            return call.end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the HealthCheckRequest cannot be read"));
        auto const status = health_of(hub_, who_, *service);
        if (status == serving_status::service_unknown)
            return call.end(proxy_status(status_code::not_found, "UNKNOWN_ACCOUNT", "no account or service of this name"));
        call.reply(to_buffer(health_response(status)));
    }
    void on_end_of_messages(rpc_call& call) override
    {
        call.end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the call has no request message"));
    }
    void on_cancelled(rpc_call& call) override { call.end(status_of(errc::cancelled)); }

private:
    hub& hub_;
    const caller& who_;
    bool only_server_;
};

/// grpc.health.v1.Health/Watch: tells changes within a second.
class health_watch final : public stream_handler, private ticking
{
public:
    health_watch(hub& h, rpc_call& call, const caller& who, bool only_server)
        : stream_handler(h, call), ticking(h), who_(who), only_server_(only_server)
    {
    }

    void on_message(rpc_call& call, bytes_view message) override
    {
        service_ = health_request(text_of(message));
        if (only_server_ && (!service_ || !service_->empty()))
            return call.end(access_control::unauthenticated());
        if (!service_)
            return call.end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the HealthCheckRequest cannot be read"));
        tick();
    }
    void on_end_of_messages(rpc_call& call) override
    {
        if (!service_)
            call.end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the call has no request message"));
    }
    void on_written(rpc_call& call) override
    {
        writing_ = false;
        if (ending_)
            call.end(*ending_);
        else if (hub_.draining && told_ == current())
            call.end(draining_status());
        else
            tick();
    }
    void on_stop(rpc_call& call, const call_status& why) override
    {
        if (service_ && hub_.draining)
            tick(); // NOT_SERVING first
        else if (service_ && writing_)
            ending_ = why;
        if (!writing_)
            call.end(why);
    }
    void on_cancelled(rpc_call& call) override { call.end(status_of(errc::cancelled)); }

private:
    serving_status current() const { return health_of(hub_, who_, *service_); }
    void tick() override
    {
        if (!service_ || writing_)
            return;
        auto const now = current();
        if (told_ == now)
            return;
        told_ = now;
        writing_ = true;
        call_.write(to_buffer(health_response(now)));
    }

    const caller& who_;
    bool only_server_;
    std::optional<std::string> service_{};
    std::optional<serving_status> told_{};
    std::optional<call_status> ending_{};
    bool writing_ = false;
};

/// grpc.reflection.v1.ServerReflection/ServerReflectionInfo, and v1alpha's.
class reflection_stream final : public stream_handler
{
public:
    reflection_stream(hub& h, rpc_call& call, const reflection& r) : stream_handler(h, call), reflection_(r) {}

    void on_message(rpc_call& call, bytes_view message) override
    {
        auto const answer = reflection_.answer(text_of(message), sent_);
        if (!answer)
            return end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the ServerReflectionRequest cannot be read"));
        writing_ = true;
        call.write(to_buffer(*answer));
    }
    void on_written(rpc_call& call) override
    {
        writing_ = false;
        if (ending_)
            call.end(*ending_);
        else
            call.read();
    }
    void on_end_of_messages(rpc_call&) override { end({}); }
    void on_stop(rpc_call&, const call_status& why) override { end(why); }
    void on_cancelled(rpc_call& call) override { call.end(status_of(errc::cancelled)); }

private:
    void end(call_status status)
    {
        if (writing_)
            ending_ = std::move(status);
        else
            call_.end(status);
    }

    const reflection& reflection_;
    reflection::sent_files sent_{};
    std::optional<call_status> ending_{};
    bool writing_ = false;
};

} // namespace mtproto::proxy::detail

// A call of one of the API's methods.
#pragma once

#include <mtproto/proxy/detail/src_hub.hpp>

namespace mtproto::proxy::detail {

/// Reads the request, hands it to the account, sends back what it answers.
class method_call final : public call_handler
{
public:
    method_call(hub& h, served_method method, served_account& at, caller& who)
        : hub_(h), method_(method), at_(at), who_(who), id_(++h.last_id)
    {
    }

    void on_message(rpc_call& call, bytes_view message) override
    {
        if (call.cancelled() || std::exchange(read_, true))
            return;
        auto request = hub_.api->request_to_tl(method_, message);
        if (!request)
            return call.end(status_of_bad_request(request.error()));
        auto const carried = hub_.api->carried(method_, *request);
        if (!carried)
            return call.end(status_of_bad_request(carried.error()));
        for (auto const& inner : *carried)
            if (auto const allowed = who_.check(inner.rpc); allowed.code != status_code::ok)
                return call.end(allowed);
        auto const timeout = time_left(call);
        if (timeout && timeout->count() <= 0)
            return call.end(status_of(errc::timed_out));

        std::vector<std::byte> kept; // what the answer means depends on it
        if (!carried->empty())
            kept = *request;
        call.count();
        started_ = true;
        // The account may answer when the server is gone: nothing of the hub is touched then.
        at_.session->call(id_, std::move(*request), timeout.value_or(std::chrono::milliseconds(0)),
                          [self = call.shared_from_this(), api = hub_.api, method = method_,
                           kept = std::move(kept)](result<std::vector<std::byte>> answer) {
                              finish(*self, *api, method, kept, std::move(answer));
                          });
    }
    void on_end_of_messages(rpc_call& call) override
    {
        if (!read_)
            call.end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the call has no request message"));
    }
    void on_cancelled(rpc_call& call) override
    {
        // A caller whose deadline passes says no more than one who cancels, and its clock began before the request came here.
        static constexpr auto on_the_way = std::chrono::milliseconds(50);
        bool const late = call.context().deadline() <= std::chrono::system_clock::now() + on_the_way;
        drop(call, status_of(late ? errc::timed_out : errc::cancelled));
    }
    /// The drain took too long.
    void cancel(rpc_call& call) { drop(call, draining_status()); }

private:
    void drop(rpc_call& call, const call_status& why)
    {
        bool const open = !call.ended();
        call.end(why);
        if (started_ && open)
            at_.session->cancel(id_);
    }
    static void finish(rpc_call& call, const api_bridge& api, const served_method& method, bytes_view request,
                       result<std::vector<std::byte>> answer)
    {
        if (!answer)
            return call.end(status_of(answer.error()));
        auto message = api.result_to_protobuf(method, *answer, request);
        if (!message)
            return call.end(proxy_status(status_code::internal, "BAD_RESULT",
                                         "Telegram's answer cannot be read: " + message.error().message()));
        auto const slice = to_slice(std::move(*message));
        call.reply(grpc::ByteBuffer(&slice, 1));
    }

    /// None: no limit.
    std::optional<std::chrono::milliseconds> time_left(rpc_call& call) const
    {
        std::optional<std::chrono::milliseconds> left;
        if (auto const deadline = call.context().deadline(); deadline != (std::chrono::system_clock::time_point::max)())
            left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::system_clock::now());
        auto const most = hub_.options.max_deadline;
        if (most.count() > 0 && (!left || *left > most))
            left = most;
        return left;
    }

    hub& hub_;
    served_method method_;
    served_account& at_;
    caller& who_;
    call_id id_;
    bool read_ = false;
    bool started_ = false;
};

} // namespace mtproto::proxy::detail

// UpdateStreamer.ListenOnUpdates: one listener.
#pragma once

#include <mtproto/proxy/detail/src_hub.hpp>
#include <mtproto/tl/utf8.hpp>

namespace mtproto::proxy::detail {

class update_listener final : public stream_handler, private ticking
{
public:
    update_listener(hub& h, rpc_call& call, served_account& at) : stream_handler(h, call), ticking(h), at_(at) {}
    ~update_listener() override
    {
        leave(false);
    }

    void on_message(rpc_call& call, bytes_view message) override
    {
        if (queue_ || call.cancelled() || ending_)
            return;
        auto request = listen_request::parse(text_of(message));
        if (!request)
            return end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the ListenRequest cannot be read"));
        for (auto const& kind : request->kinds)
            if (!hub_.api->knows_update(kind)) {
                auto const why = "there is no update '" + tl::utf8_or_replaced(kind) + "': kinds are constructors of Update, such as ";
                return end(proxy_status(status_code::invalid_argument, "UNKNOWN_UPDATE", why + "updateNewMessage"));
            }
        queue_.emplace(at_.log, at_.log.resume(request->cursor), std::move(request->kinds),
                       hub_.options.listener_queue);
        at_.listeners.insert(this);
        if (auto* const watch = hub_.watch.get())
            watch->listener_opened(call.info());
        writing_ = true;
        call.start_stream(queue_->cursor());
    }
    void on_end_of_messages(rpc_call&) override
    {
        if (!queue_)
            end(proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the call has no ListenRequest"));
    }
    void on_written(rpc_call&) override
    {
        writing_ = false;
        if (ending_)
            call_.end(*ending_, ending_cursor_);
        else
            pump();
    }
    void on_cancelled(rpc_call&) override
    {
        leave(false);
        call_.end(status_of(errc::cancelled));
    }
    void on_stop(rpc_call&, const call_status& why) override { end(why); }

    // ---- from publish()

    void entered(const log_entry<grpc::Slice>& one) { queue_->entered(one); }
    std::size_t waiting() const noexcept { return queue_->waiting(); }
    /// Sends what waits, unless gRPC is still busy with the last message; drops a slow one.
    void pump()
    {
        if (ending_ || !queue_)
            return;
        if (queue_->slow()) {
            if (auto* const watch = hub_.watch.get())
                watch->updates_dropped(at_.name, queue_->waiting());
            leave(true);
            return end(proxy_status(status_code::resource_exhausted, "SLOW_LISTENER",
                                    "the listener is too slow: " + std::to_string(queue_->waiting()) +
                                        " updates waited for it; listen again with the last cursor to go on"));
        }
        if (writing_)
            return;
        auto message = queue_->take();
        if (!message)
            return;
        grpc::Slice const parts[] = {message->head, message->people ? *message->people : grpc::Slice()};
        grpc::ByteBuffer const buffer(parts, message->people ? 2 : 1);
        // Hints make gRPC gather writes; it must be let go now and then, and at the end.
        bool const more = queue_->waiting() != 0 && ++hinted_ % 64 != 0;
        writing_ = true;
        if (auto* const watch = hub_.watch.get())
            watch->updates_sent(at_.name, 1, buffer.Length());
        call_.write(buffer, more);
    }

private:
    void tick() override
    {
        // It neither reads nor goes away: its status would wait for ever.
        if (ending_ && writing_ && ++ticks_ > 20)
            call_.cut();
    }
    void end(call_status status)
    {
        if (ending_)
            return;
        leave(false);
        ending_ = std::move(status);
        if (queue_)
            ending_cursor_ = queue_->cursor();
        // gRPC takes no status while a message is under way.
        if (!writing_)
            call_.end(*ending_, ending_cursor_);
    }
    void leave(bool dropped)
    {
        if (at_.listeners.erase(this) == 0)
            return;
        if (auto* const watch = hub_.watch.get())
            watch->listener_closed(call_.info(), dropped);
    }

    served_account& at_;
    std::optional<listener_queue<grpc::Slice>> queue_{};
    std::optional<call_status> ending_{};
    std::string ending_cursor_{};
    bool writing_ = false;
    unsigned hinted_ = 0;
    unsigned ticks_ = 0;
};

} // namespace mtproto::proxy::detail

// gRPC calls by the name of their method and bytes, answered through call_sink. Knows nothing of Telegram.
#pragma once

#include <mtproto/proxy/client_options.hpp>
#include <mtproto/proxy/listen_address.hpp>
#include <mtproto/proxy/status_error.hpp>

#include <mtproto/client/detail/call_sink.hpp>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace mtproto::proxy::detail {

using mtproto::detail::bytes;
using mtproto::detail::call_sink;
using sink_ptr = std::unique_ptr<call_sink>;

inline grpc::ByteBuffer buffer_of(const std::string& from)
{
    grpc::Slice const slice(from.data(), from.size());
    return grpc::ByteBuffer(&slice, 1);
}
inline result<bytes> bytes_of(const grpc::ByteBuffer& from)
{
    grpc::Slice slice;
    if (auto const all = from.DumpToSingleSlice(&slice); !all.ok())
        return error(errc::wrong_result, "an answer that cannot be read");
    auto const* const begin = reinterpret_cast<const std::byte*>(slice.begin());
    return bytes(begin, begin + slice.size());
}

/// A channel, and the thread that waits for what happens on it.
///
/// Thread-safe. Sinks are completed on that thread, which means that handlers are posted from there. After close() all calls are
/// answered errc::not_connected.
class grpc_caller
{
public:
    explicit grpc_caller(const client_options& options)
    {
        account_ = options.account;
        token_ = options.token;
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(static_cast<int>(std::min<std::size_t>(options.max_reply, 1u << 30)));
        if (options.keepalive.count() != 0)
            arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive.count()));
        // A channel of its own for each client: tokens differ.
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        if (!options.server_name.empty())
            arguments.SetSslTargetNameOverride(options.server_name);
        auto const address = listen_address::parse(options.address);
        if (!address) {
            refusal_ = error(errc::bad_argument, "'" + options.address + "' is no address of a proxy: host:port or unix:/path");
        } else if (!options.token.empty() && !options.tls && !options.allow_plaintext &&
                   address->from == listen_address::reach::network) {
            refusal_ = error(errc::bad_argument, "refusing to send the token to " + options.address +
                                                     " without TLS: whoever listens on the way could use it");
        }
        std::shared_ptr<grpc::ChannelCredentials> credentials;
        if (options.tls) {
            grpc::SslCredentialsOptions tls;
            tls.pem_root_certs = options.root_ca;
            tls.pem_cert_chain = options.certificate;
            tls.pem_private_key = options.private_key;
            credentials = grpc::SslCredentials(tls);
        } else {
            credentials = grpc::InsecureChannelCredentials();
        }
        stub_ = std::make_unique<grpc::GenericStub>(
            grpc::CreateCustomChannel(address ? address->text() : options.address, credentials, arguments));
        thread_ = std::thread([this] { run(); });
    }
    grpc_caller(const grpc_caller&) = delete;
    grpc_caller& operator=(const grpc_caller&) = delete;
    ~grpc_caller()
    {
        close();
        if (thread_.joinable())
            thread_.join();
    }

    std::uint64_t next_id()
    {
        std::lock_guard const lock(mutex_);
        return ++last_id_;
    }

    /// A call with one request and one answer. `id` is one of next_id().
    void call(std::uint64_t id, const std::string& path, const result<std::string>& request,
              std::optional<std::chrono::steady_clock::duration> timeout, sink_ptr sink)
    {
        if (!request)
            return sink->complete(request.error());
        std::unique_lock lock(mutex_);
        if (auto const why = refusal()) {
            lock.unlock();
            return sink->complete(*why);
        }
        auto made = std::make_unique<unary>(std::move(sink));
        auto& it = *made;
        prepare(it.context, timeout);
        it.reader = stub_->PrepareUnaryCall(&it.context, path, buffer_of(*request), &queue_);
        running_[id] = std::move(made);
        it.owner = id;
        it.reader->StartCall();
        it.reader->Finish(&it.reply, &it.status, static_cast<event*>(&it));
    }
    /// Ends a call or a stream with errc::cancelled, unless it has ended.
    void cancel(std::uint64_t id)
    {
        std::lock_guard const lock(mutex_);
        if (auto const found = running_.find(id); found != running_.end())
            found->second->context.TryCancel();
    }

    /// Opens a stream of answers to one request; `sink` gets the initial metadata `key` once the server has begun.
    void open(std::uint64_t id, const std::string& path, const result<std::string>& request, std::string key, sink_ptr sink)
    {
        if (!request)
            return sink->complete(request.error());
        std::unique_lock lock(mutex_);
        if (auto const why = refusal()) {
            lock.unlock();
            return sink->complete(*why);
        }
        auto made = std::make_unique<stream>(std::move(key), buffer_of(*request), std::move(sink));
        auto& it = *made;
        prepare(it.context, {});
        it.call = stub_->PrepareCall(&it.context, path, &queue_);
        running_[id] = std::move(made);
        it.owner = id;
        it.call->StartCall(static_cast<event*>(&it));
    }
    /// The next answer of an open stream; how it ended, as an error, once it did. One read at a time.
    void read(std::uint64_t id, sink_ptr sink)
    {
        std::unique_lock lock(mutex_);
        auto const found = running_.find(id);
        auto* const it = found == running_.end() ? nullptr : dynamic_cast<stream*>(found->second.get());
        if (!it || it->sink || it->step != stream::open_step) {
            lock.unlock();
            return sink->complete(error(errc::not_connected, "the stream is not open"));
        }
        it->sink = std::move(sink);
        it->call->Read(&it->message, static_cast<event*>(it));
    }
    /// Ends a stream; nothing more comes of it.
    void drop(std::uint64_t id)
    {
        std::lock_guard const lock(mutex_);
        auto const found = running_.find(id);
        auto* const it = found == running_.end() ? nullptr : dynamic_cast<stream*>(found->second.get());
        if (!it)
            return;
        it->context.TryCancel();
        if (it->step == stream::open_step && !it->sink)
            it->finish();
    }

    void close()
    {
        std::lock_guard const lock(mutex_);
        if (std::exchange(closed_, true))
            return;
        for (auto& [id, one] : running_) {
            one->context.TryCancel();
            if (auto* const it = dynamic_cast<stream*>(one.get()); it && it->step == stream::open_step && !it->sink)
                it->finish();
        }
        shut_down_if_idle();
    }

private:
    /// What a completion belongs to.
    struct event
    {
        virtual ~event() = default;
        /// Under the mutex; true once nothing more comes. What is to be told is put into `tell`, and said without the mutex.
        virtual bool proceed(bool ok, bool closed, std::function<void()>& tell) = 0;

        grpc::ClientContext context;
        std::uint64_t owner = 0;
    };

    static error error_of(const grpc::Status& status, bool closed)
    {
        if (closed)
            return errc::not_connected;
        return error_of_status(static_cast<status_code>(status.error_code()), status.error_message(), status.error_details());
    }
    static void complete(std::function<void()>& tell, sink_ptr& sink, result<bytes> answer)
    {
        if (sink)
            tell = [to = std::shared_ptr(std::move(sink)), answer = std::move(answer)] { to->complete(answer); };
    }

    struct unary final : event
    {
        explicit unary(sink_ptr to) : sink(std::move(to)) {}
        bool proceed(bool, bool closed, std::function<void()>& tell) override
        {
            grpc_caller::complete(tell, sink, status.ok() ? bytes_of(reply) : error_of(status, closed));
            return true;
        }
        sink_ptr sink;
        grpc::ByteBuffer reply{};
        grpc::Status status{};
        std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader{};
    };

    // One operation at a time: start, write, metadata, reads, finish.
    struct stream final : event
    {
        enum what
        {
            start_step,
            write_step,
            metadata_step,
            open_step,
            finish_step,
        };
        stream(std::string metadata_key, grpc::ByteBuffer message_sent, sink_ptr to)
            : key(std::move(metadata_key)), request(std::move(message_sent)), sink(std::move(to))
        {
        }
        void finish()
        {
            step = finish_step;
            call->Finish(&status, static_cast<event*>(this));
        }
        bool proceed(bool ok, bool closed, std::function<void()>& tell) override
        {
            if (step == finish_step) {
                auto const ended = status.ok() ? error(errc::closed, "the proxy ended the stream") : error_of(status, closed);
                grpc_caller::complete(tell, sink, ended);
                return true;
            }
            if (!ok || closed) {
                if (closed)
                    context.TryCancel();
                finish();
                return false;
            }
            switch (step) {
            case start_step:
                step = write_step;
                call->WriteLast(request, grpc::WriteOptions(), static_cast<event*>(this));
                break;
            case write_step:
                step = metadata_step;
                call->ReadInitialMetadata(static_cast<event*>(this));
                break;
            case metadata_step: {
                step = open_step;
                bytes value;
                auto const& all = context.GetServerInitialMetadata();
                if (auto const found = all.find(key); found != all.end())
                    for (char const c : found->second)
                        value.push_back(static_cast<std::byte>(c));
                grpc_caller::complete(tell, sink, std::move(value));
                break;
            }
            default: grpc_caller::complete(tell, sink, bytes_of(message)); break;
            }
            return false;
        }
        what step = start_step;
        std::string key;
        grpc::ByteBuffer request;
        grpc::ByteBuffer message{};
        grpc::Status status{};
        sink_ptr sink;
        std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call{};
    };

    std::optional<error> refusal() const
    {
        if (closed_)
            return error(errc::not_connected);
        return refusal_;
    }
    void prepare(grpc::ClientContext& context, std::optional<std::chrono::steady_clock::duration> timeout) const
    {
        if (timeout)
            context.set_deadline(std::chrono::system_clock::now() +
                                 std::chrono::duration_cast<std::chrono::system_clock::duration>(*timeout));
        if (!token_.empty())
            context.AddMetadata("authorization", "Bearer " + token_);
        if (!account_.empty())
            context.AddMetadata("mtproto-account", account_);
    }
    /// A queue that was shut down takes no further operation, and a stream needs one to finish.
    void shut_down_if_idle()
    {
        if (closed_ && running_.empty())
            queue_.Shutdown();
    }
    void run()
    {
        void* tag = nullptr;
        bool ok = false;
        while (queue_.Next(&tag, &ok)) {
            std::function<void()> tell;
            std::unique_ptr<event> ended;
            {
                std::lock_guard const lock(mutex_);
                auto* const it = static_cast<event*>(tag);
                if (it->proceed(ok, closed_, tell)) {
                    auto const found = running_.find(it->owner);
                    ended = std::move(found->second);
                    running_.erase(found);
                    shut_down_if_idle();
                }
            }
            if (tell)
                tell();
        }
    }

    std::string account_;
    std::string token_;
    std::optional<error> refusal_{}; ///< of every call, if the options cannot work
    std::unique_ptr<grpc::GenericStub> stub_;
    grpc::CompletionQueue queue_;
    std::mutex mutex_; ///< of all that follows
    std::map<std::uint64_t, std::unique_ptr<event>> running_;
    std::uint64_t last_id_ = 0;
    bool closed_ = false;
    std::thread thread_;
};

} // namespace mtproto::proxy::detail

#include "client.hpp"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

namespace proxy_test {

namespace {

std::string path_of(const std::string& method)
{
    return method.starts_with('/') ? method : "/mtproto.Mtproto/" + method;
}
grpc::ByteBuffer buffer_of(const std::string& body)
{
    grpc::Slice const slice(body);
    return {&slice, 1};
}
std::string text_of(const grpc::ByteBuffer& buffer)
{
    grpc::Slice slice;
    if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok())
        return {};
    return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}
template <class Map>
std::multimap<std::string, std::string> copy(const Map& from)
{
    std::multimap<std::string, std::string> out;
    for (auto const& [key, value] : from)
        out.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    return out;
}

} // namespace

struct grpc_client::state
{
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<grpc::GenericStub> stub;
};

grpc_client::grpc_client(const std::string& address, const std::optional<tls_settings>& tls) : state_(std::make_unique<state>())
{
    auto credentials = grpc::InsecureChannelCredentials();
    grpc::ChannelArguments arguments;
    // A connection of its own: channels to one address share theirs otherwise.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    if (tls) {
        grpc::SslCredentialsOptions options;
        options.pem_root_certs = tls->ca;
        options.pem_cert_chain = tls->certificate;
        options.pem_private_key = tls->key;
        credentials = grpc::SslCredentials(options);
        arguments.SetSslTargetNameOverride("localhost");
    }
    state_->channel = grpc::CreateCustomChannel(address, credentials, arguments);
    state_->stub = std::make_unique<grpc::GenericStub>(state_->channel);
}
grpc_client::~grpc_client() = default;

answer grpc_client::call(const std::string& method, const std::string& body, const call_settings& how) const
{
    stream one(*this, method, how);
    if (one.write(body)) {
        one.writes_done();
        auto received = one.read(std::chrono::milliseconds(20000));
        auto out = one.finish();
        out.body = received.value_or("");
        return out;
    }
    return one.finish();
}

struct stream::state
{
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
    grpc::ByteBuffer incoming;
    bool reading = false;
    bool finished = false;

    /// Waits for the operation with this tag, which is the only one but for a read.
    std::optional<bool> wait(std::intptr_t wanted, std::chrono::milliseconds limit = std::chrono::seconds(20))
    {
        auto const until = std::chrono::system_clock::now() + limit;
        for (;;) {
            if (wanted == 2 && read_done) {
                auto const ok = *read_done;
                read_done.reset();
                return ok;
            }
            void* tag = nullptr;
            bool ok = false;
            if (queue.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT)
                return std::nullopt;
            auto const which = reinterpret_cast<std::intptr_t>(tag);
            if (which == 2)
                read_done = ok;
            if (which == wanted && which != 2)
                return ok;
        }
    }
    std::optional<bool> read_done{};
};

stream::stream(const grpc_client& by, const std::string& method, const call_settings& how) : state_(std::make_unique<state>())
{
    for (auto const& [key, value] : how.metadata)
        state_->context.AddMetadata(key, value);
    if (how.timeout.count() > 0)
        state_->context.set_deadline(std::chrono::system_clock::now() + how.timeout);
    state_->call = by.state_->stub->PrepareCall(&state_->context, path_of(method), &state_->queue);
    state_->call->StartCall(reinterpret_cast<void*>(1));
    state_->wait(1);
}
stream::stream(stream&&) noexcept = default;
stream::~stream()
{
    if (!state_)
        return;
    if (!state_->finished) {
        state_->context.TryCancel();
        (void)finish();
    }
    state_->queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (state_->queue.Next(&tag, &ok)) {
    }
}
bool stream::write(const std::string& message)
{
    state_->call->Write(buffer_of(message), reinterpret_cast<void*>(3));
    return state_->wait(3).value_or(false);
}
void stream::writes_done()
{
    state_->call->WritesDone(reinterpret_cast<void*>(4));
    state_->wait(4);
}
std::optional<std::string> stream::read(std::chrono::milliseconds limit)
{
    if (!std::exchange(state_->reading, true))
        state_->call->Read(&state_->incoming, reinterpret_cast<void*>(2));
    auto const done = state_->wait(2, limit);
    if (!done)
        return std::nullopt;
    state_->reading = false;
    if (!*done)
        return std::nullopt;
    auto out = text_of(state_->incoming);
    state_->incoming.Clear();
    return out;
}
std::multimap<std::string, std::string> stream::headers()
{
    state_->call->ReadInitialMetadata(reinterpret_cast<void*>(5));
    state_->wait(5);
    return copy(state_->context.GetServerInitialMetadata());
}
answer stream::finish()
{
    grpc::Status status;
    state_->finished = true;
    state_->call->Finish(&status, reinterpret_cast<void*>(6));
    if (!state_->wait(6)) {
        state_->context.TryCancel();
        state_->wait(6);
        return {-2, "no status came", {}, {}, {}};
    }
    return {status.error_code(), status.error_message(), status.error_details(), {}, copy(state_->context.GetServerTrailingMetadata())};
}
void stream::cancel() { state_->context.TryCancel(); }

} // namespace proxy_test

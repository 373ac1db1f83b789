#include "load.hpp"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace proxy_benchmark {

namespace {

using clock = std::chrono::steady_clock;

std::shared_ptr<grpc::Channel> connect(const std::string& address)
{
    grpc::ChannelArguments arguments;
    // A connection of its own: channels to one address share theirs otherwise.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetMaxReceiveMessageSize(64 << 20);
    auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    channel->GetState(true);
    return channel;
}
void wait_for(grpc::Channel& channel, const std::string& address)
{
    if (!channel.WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)))
        throw std::runtime_error("no connection to " + address);
}

grpc::ByteBuffer buffer_of(const std::string& body)
{
    grpc::Slice const slice(body);
    return {&slice, 1};
}

[[noreturn]] void fail(const std::string& path, const grpc::Status& status)
{
    throw std::runtime_error(path + ": status " + std::to_string(status.error_code()) + ' ' + status.error_message());
}

void drain(grpc::CompletionQueue& queue)
{
    queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
    }
}

} // namespace

double percentile(std::vector<double>& values, double share)
{
    if (values.empty())
        return 0;
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * share);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

struct unary_client::state
{
    std::shared_ptr<grpc::Channel> channel;
    grpc::GenericStub stub{channel};
    grpc::CompletionQueue queue{};
};

unary_client::unary_client(const std::string& address) : state_(new state{connect(address)})
{
    wait_for(*state_->channel, address);
}
unary_client::~unary_client() { drain(state_->queue); }

unary_run unary_client::run(const std::string& path, const std::string& request, std::size_t in_flight, seconds time)
{
    struct slot
    {
        std::optional<grpc::ClientContext> context;
        std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
        grpc::ByteBuffer reply;
        grpc::Status status;
        clock::time_point began;
    };
    std::vector<slot> slots(in_flight);
    std::vector<double> latencies;
    latencies.reserve(1 << 20);
    auto const message = buffer_of(request);
    auto const start = [&](slot& one) {
        one.reader.reset();
        one.context.emplace();
        one.reply.Clear();
        one.began = clock::now();
        one.reader = state_->stub.PrepareUnaryCall(&*one.context, path, message, &state_->queue);
        one.reader->StartCall();
        one.reader->Finish(&one.reply, &one.status, &one);
    };
    auto const begin = clock::now();
    auto const end = begin + std::chrono::duration_cast<clock::duration>(time);
    unary_run out;
    std::optional<grpc::Status> failed;
    for (auto& one : slots)
        start(one);
    auto now = begin;
    for (std::size_t open = in_flight; open != 0;) {
        void* tag = nullptr;
        bool ok = false;
        if (!state_->queue.Next(&tag, &ok))
            throw std::runtime_error("the completion queue ended");
        auto& one = *static_cast<slot*>(tag);
        now = clock::now();
        if (!one.status.ok() && !failed)
            failed = one.status;
        latencies.push_back(seconds(now - one.began).count());
        out.reply_bytes = one.reply.Length();
        if (now < end && !failed)
            start(one);
        else
            --open;
    }
    if (failed)
        fail(path, *failed);
    out.calls = latencies.size();
    out.calls_per_second = static_cast<double>(out.calls) / seconds(now - begin).count();
    out.p50 = percentile(latencies, 0.5);
    out.p99 = percentile(latencies, 0.99);
    return out;
}

std::string unary_client::call(const std::string& path, const std::string& request)
{
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::ByteBuffer reply;
    grpc::Status status;
    auto const reader = state_->stub.PrepareUnaryCall(&context, path, buffer_of(request), &state_->queue);
    reader->StartCall();
    reader->Finish(&reply, &status, this);
    void* tag = nullptr;
    bool ok = false;
    state_->queue.Next(&tag, &ok);
    if (!status.ok())
        fail(path, status);
    grpc::Slice slice;
    if (!reply.Valid() || !reply.DumpToSingleSlice(&slice).ok())
        return {};
    return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

struct stream_client::state
{
    // One operation at a time: start, write, the server's headers, then reads.
    struct stream
    {
        enum what
        {
            starting,
            writing,
            opening,
            reading,
        };
        what step = starting;
        grpc::ClientContext context{};
        grpc::ByteBuffer message{};
        std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call{};
    };

    /// The next event's stream.
    stream& next(bool& ok)
    {
        void* tag = nullptr;
        if (queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + std::chrono::seconds(60)) !=
            grpc::CompletionQueue::GOT_EVENT)
            throw std::runtime_error(path + ": nothing came for a minute");
        auto& one = *static_cast<stream*>(tag);
        if (!ok) {
            grpc::Status status;
            one.call->Finish(&status, &one);
            while (queue.Next(&tag, &ok) && tag != &one) {
            }
            fail(path + ": the stream ended", status);
        }
        return one;
    }

    std::string path;
    std::vector<std::shared_ptr<grpc::Channel>> channels{};
    grpc::CompletionQueue queue{};
    std::vector<std::unique_ptr<stream>> streams{};
    clock::time_point began{};
};

stream_client::stream_client(const std::string& address, const std::string& path, std::size_t streams,
                             std::size_t per_connection)
    : state_(new state{path})
{
    auto& my = *state_;
    grpc::ByteBuffer const request = buffer_of({});
    std::unique_ptr<grpc::GenericStub> stub;
    for (std::size_t i = 0; i < streams; ++i) {
        if (i % per_connection == 0) {
            my.channels.push_back(connect(address));
            wait_for(*my.channels.back(), address);
            stub = std::make_unique<grpc::GenericStub>(my.channels.back());
        }
        my.streams.push_back(std::make_unique<state::stream>());
        auto& one = *my.streams.back();
        one.call = stub->PrepareCall(&one.context, path, &my.queue);
        one.call->StartCall(&one);
    }
    for (std::size_t open = 0; open < streams;) {
        bool ok = false;
        auto& one = my.next(ok);
        switch (one.step) {
        case state::stream::starting:
            one.step = state::stream::writing;
            one.call->WriteLast(request, grpc::WriteOptions(), &one);
            break;
        case state::stream::writing:
            one.step = state::stream::opening;
            one.call->ReadInitialMetadata(&one);
            break;
        default:
            one.step = state::stream::reading;
            one.call->Read(&one.message, &one);
            ++open;
            break;
        }
    }
}
stream_client::~stream_client()
{
    for (auto const& one : state_->streams)
        one->context.TryCancel();
    drain(state_->queue);
}

void stream_client::begin() { state_->began = clock::now(); }

stream_run stream_client::receive(std::size_t messages, bool stamped)
{
    auto& my = *state_;
    stream_run out;
    while (out.messages < messages) {
        bool ok = false;
        auto& one = my.next(ok);
        ++out.messages;
        out.bytes += one.message.Length();
        if (stamped) {
            auto const now = clock::now();
            grpc::Slice slice;
            std::int64_t sent{};
            if (!one.message.DumpToSingleSlice(&slice).ok() || slice.size() < sizeof sent)
                throw std::runtime_error(my.path + ": a message without a time");
            std::memcpy(&sent, slice.end() - sizeof sent, sizeof sent);
            out.latencies.push_back(seconds(now.time_since_epoch() - std::chrono::nanoseconds(sent)).count());
        }
        one.call->Read(&one.message, &one);
    }
    out.seconds = seconds(clock::now() - my.began).count();
    return out;
}

struct idle_connections::state
{
    std::vector<std::shared_ptr<grpc::Channel>> channels{};
};

idle_connections::idle_connections(const std::string& address, std::size_t count) : state_(new state)
{
    for (std::size_t i = 0; i < count; ++i)
        state_->channels.push_back(connect(address));
    for (auto const& one : state_->channels)
        wait_for(*one, address);
}
idle_connections::~idle_connections() = default;

} // namespace proxy_benchmark

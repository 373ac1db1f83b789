#include "servers.hpp"

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace proxy_benchmark {

std::int64_t now_stamp()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

class echo final : public served
{
public:
    explicit echo(std::vector<std::string> listen) : addresses_(std::move(listen))
    {
        grpc::ServerBuilder builder;
        std::vector<int> ports(addresses_.size(), 0);
        for (std::size_t i = 0; i < ports.size(); ++i)
            builder.AddListeningPort(addresses_[i], grpc::InsecureServerCredentials(), &ports[i]);
        builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
        builder.RegisterAsyncGenericService(&service_);
        queue_ = builder.AddCompletionQueue();
        server_ = builder.BuildAndStart();
        if (!server_)
            throw std::runtime_error("the echo cannot listen");
        for (std::size_t i = 0; i < ports.size(); ++i)
            if (auto const colon = addresses_[i].rfind(':'); !addresses_[i].starts_with("unix:"))
                addresses_[i] = addresses_[i].substr(0, colon + 1) + std::to_string(ports[i]);
        for (int i = 0; i < 32; ++i)
            new call(*this);
        thread_ = std::thread([this] { run(); });
    }
    ~echo() override
    {
        server_->Shutdown(std::chrono::system_clock::now());
        queue_->Shutdown();
        thread_.join();
    }

    const std::vector<std::string>& addresses() const override { return addresses_; }

    void publish(std::size_t count, std::size_t size, std::size_t pause) override
    {
        if (pause == 0)
            return order(count, size);
        for (std::size_t i = 0; i < count; ++i) {
            order(1, size);
            std::this_thread::sleep_for(std::chrono::microseconds(pause));
        }
    }

private:
    struct event
    {
        virtual void happened(bool ok) = 0;

    protected:
        ~event() = default;
    };

    class call final
    {
    public:
        explicit call(echo& e) : of_(e)
        {
            of_.service_.RequestCall(&context_, &stream_, of_.queue_.get(), of_.queue_.get(), tag(arrived_));
        }

        void send(std::size_t count)
        {
            left_ += count;
            if (!writing_)
                pump();
        }

    private:
        struct part final : event
        {
            using handler = void (call::*)(bool);
            part(call& c, handler h) : of(c), run(h) {}
            void happened(bool ok) override { (of.*run)(ok); }
            call& of;
            handler run;
        };

        static void* tag(part& of) { return static_cast<event*>(&of); }

        void on_arrived(bool ok)
        {
            if (!ok)
                return delete this;
            new call(of_);
            stream_.Read(&message_, tag(read_));
        }
        void on_read(bool ok)
        {
            if (!ok)
                return stream_.Finish(grpc::Status::CANCELLED, tag(finished_));
            auto const& path = context_.method();
            auto const name = path.substr(path.rfind('/') + 1);
            if (name == "listen") {
                writing_ = true;
                of_.listeners_.insert(this);
                stream_.SendInitialMetadata(tag(written_));
                return;
            }
            std::size_t size{};
            std::from_chars(name.data(), name.data() + name.size(), size);
            stream_.WriteAndFinish(of_.message_of(size), grpc::WriteOptions(), grpc::Status::OK, tag(finished_));
        }
        void on_written(bool ok)
        {
            writing_ = false;
            if (ok)
                return pump();
            // The client left; one to whom nothing is sent is noticed by the next order.
            of_.listeners_.erase(this);
            stream_.Finish(grpc::Status::CANCELLED, tag(finished_));
        }
        void on_finished(bool) { delete this; }
        void pump()
        {
            if (left_ == 0)
                return;
            --left_;
            writing_ = true;
            grpc::WriteOptions how;
            if (left_ != 0 && ++hinted_ % 64 != 0)
                how.set_buffer_hint();
            stream_.Write(of_.streamed_, how, tag(written_));
        }

        echo& of_;
        grpc::GenericServerContext context_{};
        grpc::GenericServerAsyncReaderWriter stream_{&context_};
        grpc::ByteBuffer message_{};
        part arrived_{*this, &call::on_arrived};
        part read_{*this, &call::on_read};
        part written_{*this, &call::on_written};
        part finished_{*this, &call::on_finished};
        std::size_t left_ = 0;
        unsigned hinted_ = 0;
        bool writing_ = false;
    };

    struct order_event final : event
    {
        explicit order_event(echo& e) : of(e) {}
        void happened(bool) override { of.carry_out(); }
        echo& of;
    };

    void order(std::size_t count, std::size_t size)
    {
        std::lock_guard const lock(mutex_);
        ordered_.push_back({count, size});
        if (!std::exchange(ordering_, true))
            alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), static_cast<event*>(&on_order_));
    }
    void carry_out()
    {
        std::vector<std::pair<std::size_t, std::size_t>> orders;
        {
            std::lock_guard const lock(mutex_);
            ordering_ = false;
            orders.swap(ordered_);
        }
        for (auto const& [count, size] : orders) {
            std::string text(size, 'x');
            auto const stamp = now_stamp();
            std::memcpy(text.data() + size - sizeof stamp, &stamp, sizeof stamp);
            grpc::Slice const slice(text);
            streamed_ = grpc::ByteBuffer(&slice, 1);
            for (auto* const one : listeners_)
                one->send(count);
        }
    }
    const grpc::ByteBuffer& message_of(std::size_t size)
    {
        auto const known = replies_.find(size);
        if (known != replies_.end())
            return known->second;
        grpc::Slice const slice(std::string(size, 'x'));
        return replies_.emplace(size, grpc::ByteBuffer(&slice, 1)).first->second;
    }
    void run()
    {
        void* tag = nullptr;
        bool ok = false;
        while (queue_->Next(&tag, &ok))
            static_cast<event*>(tag)->happened(ok);
    }

    std::vector<std::string> addresses_;
    grpc::AsyncGenericService service_{};
    std::unique_ptr<grpc::ServerCompletionQueue> queue_{};
    std::unique_ptr<grpc::Server> server_{};
    std::map<std::size_t, grpc::ByteBuffer> replies_{};
    std::set<call*> listeners_{};
    grpc::ByteBuffer streamed_{};
    std::mutex mutex_{};
    std::vector<std::pair<std::size_t, std::size_t>> ordered_{};
    bool ordering_ = false;
    grpc::Alarm alarm_{};
    order_event on_order_{*this};
    std::thread thread_{};
};

} // namespace

std::unique_ptr<served> serve_echo(const std::vector<std::string>& listen) { return std::make_unique<echo>(listen); }

} // namespace proxy_benchmark

// Records what a client sends and receives: a decorator of its transport, and the keys in a file of their own.
#pragma once

#include <mtproto/client/detail/posix_file.hpp>
#include <mtproto/client/detail/tcp_transport.hpp>
#include <mtproto/client/wire_recording.hpp>

#include <chrono>
#include <memory>
#include <mutex>

namespace mtproto {

/// Writes wire recordings.
///
///     auto const recorder = wire_recorder::open("wire.jsonl", "wire.jsonl.keys", api::layer);
///     (*recorder)->attach(options); // then make the client
///     ...
///     (*recorder)->finish();
///
/// Both files are made anew, with mode 0600. Who has both can read all that was said, and act as the account for as long as
/// its key is valid; the recording alone shows who talked when, and how much. A client without a recorder is not touched:
/// there is nothing of it in the way of a packet.
///
/// The first failure to write ends the recording and is what finish() returns; clients go on without noticing.
/// Thread-safe. Each event is one write to the file, so that a crash loses none before it.
class wire_recorder : public std::enable_shared_from_this<wire_recorder>
{
public:
    /// errc::storage_failed if a file cannot be made.
    static result<std::shared_ptr<wire_recorder>> open(const std::string& path, const std::string& keys_path, int layer)
    {
        std::shared_ptr<wire_recorder> made(new wire_recorder());
        for (auto const& [file, name] : {std::pair(&made->packets_, &path), std::pair(&made->keys_, &keys_path)}) {
            (void)::unlink(name->c_str());
            *file = detail::posix_file(name->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
            if (!file->is_open())
                return detail::file_error("cannot write " + *name, errno);
        }
        made->write(made->packets_, wire_header(layer));
        made->write(made->keys_, std::string(wire_keys_header));
        if (!made->failure_)
            return made;
        return *made->failure_;
    }

    /// Lets clients that are made with these options be recorded; call it last. The clients share ownership.
    void attach(client_options& options)
    {
        options.make_transport = [self = shared_from_this(), inner = options.make_transport](
                                     boost::asio::any_io_executor strand, const client_options& with, int dc,
                                     crypto::random_source& random) -> std::unique_ptr<detail::any_transport> {
            auto made = inner ? inner(strand, with, dc, random) : detail::make_tcp_transport(strand, with, dc, random);
            return std::make_unique<recorded>(self, std::move(made), dc);
        };
        options.on_key = [self = shared_from_this(), inner = options.on_key](const key_use& use) {
            self->note_key(use);
            if (inner)
                inner(use);
        };
    }

    /// Marks the recording as complete and gives the number of its events. Nothing is recorded after it.
    result<std::int64_t> finish()
    {
        std::lock_guard const lock(mutex_);
        if (!finished_) {
            wire_record last;
            last.event = wire_event::end;
            last.number = events_;
            write(packets_, to_line(last));
        }
        finished_ = true;
        if (failure_)
            return *failure_;
        return events_;
    }

private:
    class recorded final : public detail::any_transport
    {
    public:
        recorded(std::shared_ptr<wire_recorder> to, std::unique_ptr<detail::any_transport> inner, int dc)
            : to_(std::move(to)), inner_(std::move(inner)), dc_(dc)
        {
        }
        task<result<>> connect(transport::endpoint to) override
        {
            auto text = to_string(to);
            auto const done = co_await inner_->connect(std::move(to));
            if (!done)
                co_return done.error();
            connection_ = to_->note_opened(dc_, std::move(text));
            co_return result<>{};
        }
        task<result<>> send(std::span<const tl::bytes_view> packets) override
        {
            if (connection_ != 0) // else it will fail
                for (auto const packet : packets)
                    to_->note_packet(wire_event::sent, connection_, packet);
            return inner_->send(packets);
        }
        task<result<>> receive(std::vector<transport::frame>& frames) override
        {
            auto const got = co_await inner_->receive(frames);
            if (!got)
                note_closed();
            else
                for (auto const& frame : frames)
                    note(frame);
            co_return got;
        }
        void close() noexcept override
        {
            note_closed();
            inner_->close();
        }

    private:
        static std::string to_string(const transport::endpoint& at)
        {
            bool const six = at.host.find(':') != std::string::npos;
            return (six ? '[' + at.host + ']' : at.host) + ':' + std::to_string(at.port);
        }
        void note(const transport::frame& frame)
        {
            if (frame.transport_error)
                to_->note_number(wire_event::transport_error, connection_, *frame.transport_error);
            else if (frame.quick_ack)
                to_->note_number(wire_event::quick_ack, connection_, *frame.quick_ack);
            else
                to_->note_packet(wire_event::received, connection_, frame.payload);
        }
        void note_closed()
        {
            if (auto const which = std::exchange(connection_, 0); which != 0)
                to_->note_number(wire_event::closed, which, 0);
        }

        std::shared_ptr<wire_recorder> to_;
        std::unique_ptr<detail::any_transport> inner_;
        int dc_;
        int connection_ = 0;
    };

    wire_recorder() = default;

    static wire_record now(wire_event event, int connection)
    {
        wire_record made;
        made.event = event;
        made.connection = connection;
        made.time = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
        return made;
    }
    int note_opened(int dc, std::string address)
    {
        std::lock_guard const lock(mutex_);
        auto made = now(wire_event::opened, ++connections_);
        made.dc = dc;
        made.text = std::move(address);
        note(made);
        return connections_;
    }
    void note_packet(wire_event event, int connection, tl::bytes_view packet)
    {
        std::lock_guard const lock(mutex_);
        auto made = now(event, connection);
        made.packet.assign(packet.begin(), packet.end());
        note(made);
    }
    void note_number(wire_event event, int connection, std::int64_t number)
    {
        std::lock_guard const lock(mutex_);
        auto made = now(event, connection);
        made.number = number;
        note(made);
    }
    void note(const wire_record& record)
    {
        if (finished_)
            return;
        write(packets_, to_line(record));
        ++events_;
    }
    void note_key(const key_use& use)
    {
        std::lock_guard const lock(mutex_);
        if (finished_)
            return;
        auto line = to_line(wire_key{use.key, use.dc, use.expires_at});
        write(keys_, line);
        crypto::wipe(std::as_writable_bytes(std::span(line)));
    }
    void write(const detail::posix_file& file, const std::string& line)
    {
        if (!failure_ && !file.write(crypto::as_bytes(line)))
            failure_ = detail::file_error("the recording cannot be written", errno);
    }

    std::mutex mutex_{};
    detail::posix_file packets_{};
    detail::posix_file keys_{};
    std::optional<error> failure_{};
    std::int64_t events_ = 0;
    int connections_ = 0;
    bool finished_ = false;
};

} // namespace mtproto

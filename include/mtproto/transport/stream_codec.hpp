// The client's half of a connection without the connection: packets to bytes and back.
#pragma once

#include <mtproto/transport/detail/framed_stream.hpp>

namespace mtproto::transport {

/// How a client talks to a server.
struct client_options
{
    framing_kind framing = framing_kind::abridged;
    /// Hide the stream. Not possible in the full framing; implied by a secret.
    bool obfuscated = false;
    /// Set to go through an MTProxy.
    std::optional<mtproxy_secret> secret{};
    /// The data centre an MTProxy is to connect to; negative for media, plus 10000 for test servers.
    std::int16_t dc_id = 2;
    /// Longest payload of a frame that is accepted, in bytes.
    std::size_t max_frame = default_max_frame;
};

/// Packets of one client connection to bytes and back: a framing, obfuscated or not. Does no I/O.
///
/// Send what start() gives, then what encode() gives, in order. Read into prepare(), tell commit() how much came, and
/// take frames from next() until it is empty. `random` must outlive the codec. Movable; not thread safe.
class stream_codec
{
public:
    /// Fails with errc::bad_argument if the options contradict each other.
    [[nodiscard]] static result<stream_codec> make(client_options options, crypto::random_source& random)
    {
        auto const* const secret = options.secret ? &*options.secret : nullptr;
        if (secret && secret->mode == proxy_mode::tls)
            return error(errc::bad_argument, "MTProxy secrets that begin with ee are not supported yet");
        if (secret && secret->mode != proxy_mode::plain)
            options.framing = framing_kind::padded_intermediate;
        std::optional<obfuscation> hidden;
        std::vector<std::byte> greeting;
        if (secret || options.obfuscated) {
            obfuscation::header_bytes header{};
            auto started = obfuscation::start(options.framing, options.dc_id, secret, random, header);
            if (!started)
                return started.error();
            hidden = std::move(*started);
            detail::append(greeting, header);
        }
        stream_codec made(options, std::move(hidden), random);
        if (greeting.empty())
            made.stream_.codec().start(greeting);
        made.greeting_ = std::move(greeting);
        return made;
    }

    framing_kind framing() const noexcept { return stream_.kind(); }

    /// Appends what goes first on the connection; nothing when called again. Send it with the first packet.
    void start(std::vector<std::byte>& out)
    {
        detail::append(out, greeting_);
        greeting_.clear();
    }

    /// Appends one framed packet; on failure `out` is as before. Packets must be sent in the order of these calls.
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out, bool quick_ack = false)
    {
        return stream_.encode(payload, out, quick_ack, *random_);
    }

    /// Room for at least `size` bytes; ends the life of the frames from next().
    std::span<std::byte> prepare(std::size_t size) { return stream_.prepare(size); }
    void commit(std::size_t size) { stream_.commit(size); }
    void feed(bytes_view bytes) { stream_.feed(bytes); }
    /// The next frame, or nothing until more bytes come. A failure is final.
    [[nodiscard]] result<std::optional<frame>> next() { return stream_.next(); }
    /// Hint: bytes missing in the frame that next() waits for.
    std::size_t wanted() const noexcept { return stream_.wanted(); }
    /// True in the middle of a frame.
    bool pending() const noexcept { return stream_.pending(); }

private:
    stream_codec(const client_options& options, std::optional<obfuscation> hidden, crypto::random_source& random)
        : stream_(side::client, options.framing, std::move(hidden), options.max_frame,
                  padded_intermediate::max_padding),
          random_(&random)
    {
    }

    detail::framed_stream stream_;
    std::vector<std::byte> greeting_{};
    crypto::random_source* random_;
};

} // namespace mtproto::transport

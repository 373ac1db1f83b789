// The client's half of a connection without the connection: packets to bytes and back.
#pragma once

#include <mtproto/transport/detail/framed_stream.hpp>
#include <mtproto/transport/fake_tls.hpp>

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
    /// Seconds since 1970, for proxies with an ee secret, which refuse clients whose clock is wrong. The
    /// transports that do I/O fill it in.
    std::uint32_t unix_time = 0;
    /// Longest payload of a frame that is accepted, in bytes.
    std::size_t max_frame = default_max_frame;
};

/// Packets of one client connection to bytes and back: a framing, obfuscated or not. Does no I/O.
///
/// Send what start() gives, then what encode() gives, in order. Read into prepare(), tell commit() how much
/// came, and take frames from next() until it is empty. `random` must outlive the codec. Movable; not thread
/// safe.
class stream_codec
{
public:
    /// Fails with errc::bad_argument if the options contradict each other.
    [[nodiscard]] static result<stream_codec> make(client_options options, crypto::random_source& random)
    {
        auto const* const secret = options.secret ? &*options.secret : nullptr;
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
        if (secret && secret->mode == proxy_mode::tls) {
            auto hello = fake_tls::client_hello(*secret, options.unix_time, random);
            if (!hello)
                return hello.error();
            made.disguise_.emplace(*secret, std::move(*hello));
            // The obfuscated header waits for the proxy's answer, like every packet until then.
            made.disguise_->waiting.swap(made.greeting_);
            made.greeting_ = made.disguise_->hello;
        }
        return made;
    }

    framing_kind framing() const noexcept { return stream_.kind(); }

    /// Appends what goes first on the connection; nothing when called again. Send it with the first packet.
    void start(std::vector<std::byte>& out)
    {
        detail::append(out, greeting_);
        greeting_.clear();
    }

    /// Appends one framed packet; on failure `out` is as before. Packets must be sent in the order of these
    /// calls.
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out, bool quick_ack = false)
    {
        if (!disguise_)
            return stream_.encode(payload, out, quick_ack, *random_);
        std::vector<std::byte> inner;
        auto const done = stream_.encode(payload, inner, quick_ack, *random_);
        if (disguise_->greeted) {
            take_output(out);
            fake_tls::wrap(inner, out);
        } else {
            detail::append(disguise_->waiting, inner);
        }
        return done;
    }

    /// True if take_output() has something: packets that waited for the answer of a proxy with an ee secret.
    bool has_output() const noexcept
    {
        return disguise_ && disguise_->greeted && !disguise_->waiting.empty();
    }
    /// Appends it; nothing when called again. Look after each next().
    void take_output(std::vector<std::byte>& out)
    {
        if (!has_output())
            return;
        detail::append_be32(out, 0x14030300u); // ChangeCipherSpec: 14 0303 0001 01
        out.push_back(std::byte{1});
        out.push_back(std::byte{1});
        fake_tls::wrap(disguise_->waiting, out);
        disguise_->waiting.clear();
    }

    /// Room for at least `size` bytes; ends the life of the frames from next().
    std::span<std::byte> prepare(std::size_t size)
    {
        return disguise_ ? disguise_->raw.prepare(size) : stream_.prepare(size);
    }
    void commit(std::size_t size)
    {
        if (disguise_)
            disguise_->raw.commit(size);
        else
            stream_.commit(size);
    }
    void feed(bytes_view bytes)
    {
        std::ranges::copy(bytes, prepare(bytes.size()).begin());
        commit(bytes.size());
    }
    /// The next frame, or nothing until more bytes come; valid until the next call. A failure is final.
    [[nodiscard]] result<std::optional<frame>> next()
    {
        if (!disguise_)
            return stream_.next();
        if (disguise_->failure)
            return *disguise_->failure;
        auto got = next_disguised();
        if (!got)
            disguise_->failure = got.error();
        return got;
    }
    /// True if frames stay valid while next() gives further ones, until the next prepare().
    bool frames_stay() const noexcept { return !disguise_; }
    /// Hint: bytes missing in the frame that next() waits for.
    std::size_t wanted() const noexcept { return stream_.wanted(); }
    /// True in the middle of a frame.
    bool pending() const noexcept { return stream_.pending() || (disguise_ && disguise_->raw.size() != 0); }

private:
    /// Fewer than the padded framing allows: some servers cut a packet to a multiple of four, and refuse what is left of more.
    static constexpr std::size_t sent_padding = 3;

    stream_codec(const client_options& options, std::optional<obfuscation> hidden,
                 crypto::random_source& random)
        : stream_(side::client, options.framing, std::move(hidden), options.max_frame,
                  sent_padding),
          random_(&random)
    {
    }

    /// What an ee secret adds.
    struct disguise
    {
        disguise(mtproxy_secret s, std::vector<std::byte> h) : secret(std::move(s)), hello(std::move(h)) {}

        mtproxy_secret secret;
        std::vector<std::byte> hello;
        std::vector<std::byte> waiting{};
        receive_buffer raw{};
        bool greeted = false;
        std::optional<error> failure{};
    };

    result<std::optional<frame>> next_disguised()
    {
        auto& d = *disguise_;
        if (!d.greeted) {
            auto const answered = fake_tls::check_server_hello(d.raw.data(), d.hello, d.secret);
            if (!answered)
                return answered.error();
            if (*answered == 0)
                return std::optional<frame>{};
            d.raw.consume(*answered);
            d.greeted = true;
        }
        for (;;) {
            auto got = stream_.next();
            if (!got || *got)
                return got;
            auto const record = fake_tls::next_record(d.raw);
            if (!record)
                return record.error();
            if (!*record)
                return std::optional<frame>{};
            stream_.feed(**record);
        }
    }

    detail::framed_stream stream_;
    std::vector<std::byte> greeting_{};
    std::optional<disguise> disguise_{};
    crypto::random_source* random_;
};

} // namespace mtproto::transport

// The server's half of a connection without the connection: finds out what the client speaks, then packets to
// bytes.
#pragma once

#include <mtproto/transport/detail/framed_stream.hpp>
#include <mtproto/transport/fake_tls.hpp>

namespace mtproto::transport {

/// Whom a server listens to.
struct server_options
{
    /// Accept clients without a secret: a data centre. False: an MTProxy only.
    bool direct = true;
    /// Accept obfuscated clients that know one of these: an MTProxy.
    std::vector<mtproxy_secret> secrets{};
    /// Longest payload of a frame that is accepted, in bytes.
    std::size_t max_frame = default_max_frame;
    /// Most bytes of padding to send in the padded framing; some clients abort on more than 3.
    std::size_t max_padding = 3;
};

/// Packets of one accepted connection to bytes and back, after detecting framing and obfuscation. Does no
/// I/O.
///
/// Feed it like a stream_codec, and send what take_output() gives after each next(). Nothing can be encoded
/// before the client's first bytes have been fed. If opened() turns out to be http, next() fails with
/// errc::bad_frame, and unread() has the request's bytes for whoever speaks HTTP. `random` must outlive the
/// codec. Movable; not thread safe.
class server_stream_codec
{
public:
    server_stream_codec(server_options options, crypto::random_source& random)
        : options_(std::move(options)), random_(&random)
    {
    }

    /// How the client opened the connection, once known.
    std::optional<opening> opened() const noexcept { return opened_; }
    /// The framing that the client chose, once known.
    std::optional<framing_kind> framing() const noexcept
    {
        return stream_ ? std::optional(stream_->kind()) : std::nullopt;
    }
    /// The data centre that an obfuscated client named; means something with a secret only.
    std::optional<std::int16_t> dc_id() const noexcept
    {
        return stream_ && stream_->hidden() ? std::optional(stream_->hidden()->dc_id()) : std::nullopt;
    }
    /// Which of the options' secrets the client used, if any.
    std::optional<std::size_t> secret_index() const noexcept { return secret_index_; }

    /// Appends one framed packet; on failure `out` is as before. errc::not_connected before the client has
    /// spoken.
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out)
    {
        if (!stream_)
            return error(errc::not_connected, "the client has not said yet which framing it speaks");
        return wrapped(
            out, [&](std::vector<std::byte>& to) { return stream_->encode(payload, to, false, *random_); });
    }
    /// Appends the answer to a frame that has wants_quick_ack.
    [[nodiscard]] result<> encode_quick_ack(std::uint32_t token, std::vector<std::byte>& out)
    {
        if (!stream_)
            return error(errc::not_connected, "the client has not said yet which framing it speaks");
        return wrapped(out, [&](std::vector<std::byte>& to) { return stream_->encode_quick_ack(token, to); });
    }

    /// True if the disguise of an ee secret has an answer of its own to send.
    bool has_output() const noexcept { return !output_.empty(); }
    /// Appends that answer; nothing when called again.
    void take_output(std::vector<std::byte>& out)
    {
        detail::append(out, output_);
        output_.clear();
    }

    /// Room for at least `size` bytes; ends the life of the frames from next().
    std::span<std::byte> prepare(std::size_t size)
    {
        return in_records() ? raw_.prepare(size) : stream_->prepare(size);
    }
    void commit(std::size_t size)
    {
        if (in_records())
            raw_.commit(size);
        else
            stream_->commit(size);
    }
    void feed(bytes_view bytes)
    {
        std::ranges::copy(bytes, prepare(bytes.size()).begin());
        commit(bytes.size());
    }

    /// The next frame, or nothing until more bytes come; valid until the next call. A failure is final.
    [[nodiscard]] result<std::optional<frame>> next()
    {
        if (failure_)
            return *failure_;
        auto got = step();
        if (!got)
            failure_ = got.error();
        return got;
    }

    /// True if frames stay valid while next() gives further ones, until the next prepare().
    bool frames_stay() const noexcept { return !in_records(); }
    std::size_t wanted() const noexcept { return stream_ ? stream_->wanted() : 0; }
    bool pending() const noexcept { return raw_.size() != 0 || (stream_ && stream_->pending()); }
    /// The bytes before the framing was known: a request, if opened() is http.
    bytes_view unread() const noexcept { return raw_.data(); }

private:
    /// True while bytes arrive in raw_: before the framing is known, and always inside TLS records.
    bool in_records() const noexcept { return !stream_ || disguised_; }

    template <class Encode>
    result<> wrapped(std::vector<std::byte>& out, Encode encode)
    {
        if (!disguised_)
            return encode(out);
        std::vector<std::byte> inner;
        auto const done = encode(inner);
        fake_tls::wrap(inner, out);
        return done;
    }

    result<std::optional<frame>> step()
    {
        if (!stream_ && !disguised_)
            if (auto const opened = open(); !opened)
                return opened.error();
        for (;;) {
            if (stream_) {
                auto got = stream_->next();
                if (!got || *got || !disguised_)
                    return got;
            }
            if (!disguised_)
                return std::optional<frame>{};
            auto const record = fake_tls::next_record(raw_);
            if (!record)
                return record.error();
            if (!*record)
                return std::optional<frame>{};
            if (auto const taken = take_record(**record); !taken)
                return taken.error();
        }
    }

    /// Application data: the obfuscated stream, which begins with its header.
    result<> take_record(bytes_view data)
    {
        if (stream_) {
            stream_->feed(data);
            return {};
        }
        header_.append(data);
        if (header_.size() < obfuscated_header_size)
            return {};
        auto hidden = obfuscation::accept(header_.data().first<obfuscated_header_size>(),
                                          &options_.secrets[*secret_index_]);
        if (!hidden)
            return hidden.error();
        header_.consume(obfuscated_header_size);
        auto const kind = hidden->kind();
        stream_.emplace(side::server, kind, std::move(*hidden), options_.max_frame, options_.max_padding);
        stream_->feed(header_.data());
        header_ = {};
        return {};
    }

    result<> open()
    {
        auto const found = detect(raw_.data());
        if (!found)
            return {};
        opened_ = found->kind;
        if (found->kind == opening::http)
            return error(errc::bad_frame, "the client speaks HTTP");
        if (found->kind == opening::tls)
            return open_disguised();
        std::optional<obfuscation> hidden;
        auto kind = found->framing;
        if (found->kind == opening::obfuscated) {
            auto accepted = accept(raw_.data().first<obfuscated_header_size>());
            if (!accepted)
                return accepted.error();
            hidden = std::move(*accepted);
            kind = hidden->kind();
        }
        if (!options_.direct && !secret_index_)
            return error(errc::bad_frame, "a client without the secret of this MTProxy");
        stream_.emplace(side::server, *kind, std::move(hidden), options_.max_frame, options_.max_padding);
        raw_.consume(found->consumed);
        stream_->feed(raw_.data());
        raw_ = {};
        return {};
    }

    result<> open_disguised()
    {
        auto const size = fake_tls::whole_record(raw_.data());
        if (!size)
            return size.error();
        if (*size == 0 || raw_.size() < *size)
            return {};
        auto const hello = raw_.data().first(*size);
        for (std::size_t i = 0; i != options_.secrets.size(); ++i)
            if (fake_tls::stamped(hello, options_.secrets[i])) {
                auto answer = fake_tls::server_hello(hello, options_.secrets[i], *random_);
                if (!answer)
                    return answer.error();
                output_ = std::move(*answer);
                raw_.consume(*size);
                secret_index_ = i;
                disguised_ = true;
                return {};
            }
        return error(errc::bad_frame, "a TLS ClientHello without the secret of this MTProxy");
    }

    /// Tries the direct keys and those of every secret; a wrong one names a framing by chance once in 2^30.
    result<obfuscation> accept(std::span<const std::byte, obfuscated_header_size> header)
    {
        if (options_.direct)
            if (auto made = obfuscation::accept(header, nullptr))
                return made;
        for (std::size_t i = 0; i != options_.secrets.size(); ++i)
            if (auto made = obfuscation::accept(header, &options_.secrets[i])) {
                secret_index_ = i;
                return made;
            }
        return error(errc::bad_frame,
                     "an obfuscated header that names no framing: wrong secret or not MTProto");
    }

    server_options options_;
    crypto::random_source* random_;
    receive_buffer raw_{};
    receive_buffer header_{};
    std::optional<detail::framed_stream> stream_{};
    std::vector<std::byte> output_{};
    bool disguised_ = false;
    std::optional<opening> opened_{};
    std::optional<std::size_t> secret_index_{};
    std::optional<error> failure_{};
};

} // namespace mtproto::transport

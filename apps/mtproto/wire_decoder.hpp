// Recorded packets as JSON: decrypted, taken apart and decoded as a client does it, by a schema read at run
// time.
#pragma once

#include <mtproto/client/wire_recording.hpp>
#include <mtproto/tl/schema/model.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <span>
#include <vector>

namespace mtproto::apps {

/// Not thread safe.
class wire_decoder
{
public:
    /// `api` is the schema of the layer that was spoken; it must outlive the decoder.
    explicit wire_decoder(const tl::schema::schema& api) : api_(api) {}

    void add(wire_key key) { keys_.insert_or_assign(key.key.id(), std::move(key)); }

    /// An object for each message of a packet, or one for anything else. Nothing is redacted.
    ///
    /// Fails with bad_argument if the key is not there, and bad_message if the packet cannot be decrypted
    /// with it. What the schema does not know is an object with "@error", and counted.
    result<std::vector<boost::json::object>> decode(const wire_record& record);
    std::size_t undecoded() const noexcept { return undecoded_; }

private:
    boost::json::value message(std::span<const std::byte> body, std::int64_t msg_id, bool sent);
    boost::json::value rpc_result(std::span<const std::byte> body);
    boost::json::value failed(std::span<const std::byte> body, const error& why);
    void note_call(const boost::json::value& call, std::int64_t msg_id);

    const tl::schema::schema& api_;
    std::map<std::uint64_t, wire_key> keys_;
    std::map<std::int64_t, const tl::schema::combinator*> calls_; ///< by the msg_id of the call
    std::size_t undecoded_ = 0;
};

} // namespace mtproto::apps

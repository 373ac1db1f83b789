#include "wire_decoder.hpp"

#include "peers.hpp"
#include "schema_source.hpp"

#include <mtproto/session/compression.hpp>
#include <mtproto/session/container.hpp>
#include <mtproto/session/packet.hpp>
#include <mtproto/tl/base64.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>

#include <cstdio>
#include <ctime>

namespace mtproto::apps {

namespace json = boost::json;
namespace schema = tl::schema;

namespace {

std::string time_text(std::int64_t microseconds)
{
    auto const seconds = static_cast<std::time_t>(microseconds / 1000000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char date[32];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    char fraction[16];
    std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(microseconds % 1000000));
    return std::string(date) + fraction;
}

json::object begin(const wire_record& record)
{
    json::object out;
    out["time"] = time_text(record.time);
    out["connection"] = record.connection;
    out["event"] = wire_event_names[static_cast<std::size_t>(record.event)];
    return out;
}

} // namespace

json::value wire_decoder::failed(std::span<const std::byte> body, const error& why)
{
    ++undecoded_;
    json::object out;
    out["@error"] = why.message();
    if (body.size() >= 4)
        out["@id"] = key_id_text(tl::reader(body).peek_id()).substr(8);
    out["@base64"] = tl::base64_encode(body);
    return json::value(std::move(out));
}

// The innermost call is what is answered: https://core.telegram.org/api/invoking
void wire_decoder::note_call(const json::value& call, std::int64_t msg_id)
{
    for (auto const* at = &call;;) {
        auto const* const line = api_.find_function(name_of(*at));
        if (line == nullptr)
            return;
        if (line->result.kind != schema::type_kind::variable) {
            calls_[msg_id] = line;
            return;
        }
        at = &member(*at, "query");
    }
}

json::value wire_decoder::rpc_result(std::span<const std::byte> body)
{
    tl::reader in(body);
    std::int64_t req_msg_id = 0;
    (void)in.id();
    if (!in.number(req_msg_id))
        return failed(body, errc::truncated);
    json::object out;
    out["_"] = "rpc_result";
    out["req_msg_id"] = std::to_string(req_msg_id);
    auto const call = calls_.find(req_msg_id);
    if (call != calls_.end())
        out["method"] = call->second->name;
    std::vector<std::byte> storage;
    auto const value = session::unpacked(in.rest(), storage, {});
    if (!value) {
        out["result"] = failed(in.rest(), value.error());
        return json::value(std::move(out));
    }
    auto const id = tl::reader(*value).peek_id();
    auto const& protocol = protocol_schema();
    auto const decoded = id == protocol.find_constructor("rpc_error")->id
                             ? schema::tl_to_json(protocol, *value)
                         : call != calls_.end() ? schema::tl_to_json(api_, call->second->result, *value)
                                                : schema::tl_to_json(api_, *value);
    out["result"] = decoded ? *decoded : failed(*value, decoded.error());
    return json::value(std::move(out));
}

json::value wire_decoder::message(std::span<const std::byte> body, std::int64_t msg_id, bool sent)
{
    std::vector<std::byte> storage;
    auto const whole = session::unpacked(body, storage, {});
    if (!whole)
        return failed(body, whole.error());
    auto const& protocol = protocol_schema();
    auto const id = tl::reader(*whole).peek_id();
    if (id == protocol.find_constructor("rpc_result")->id)
        return rpc_result(*whole);
    auto const decoded = schema::tl_to_json(protocol.find(id) != nullptr ? protocol : api_, *whole);
    if (!decoded)
        return failed(*whole, decoded.error());
    if (sent)
        note_call(*decoded, msg_id);
    return *decoded;
}

result<std::vector<json::object>> wire_decoder::decode(const wire_record& record)
{
    std::vector<json::object> out;
    bool const sent = record.event == wire_event::sent;
    if (!sent && record.event != wire_event::received) {
        auto& one = out.emplace_back(begin(record));
        if (record.event == wire_event::opened) {
            one["dc"] = record.dc;
            one["address"] = record.text;
        } else if (record.event != wire_event::closed) {
            one["number"] = record.number;
        }
        return out;
    }
    auto const key_id = session::peek_auth_key_id(record.packet);
    if (!key_id)
        return key_id.error();
    if (*key_id == 0) {
        auto const plain = session::parse_plain_message(record.packet);
        if (!plain)
            return plain.error();
        auto& one = out.emplace_back(begin(record));
        one["msg_id"] = std::to_string(plain->msg_id);
        one["message"] = message(plain->body, plain->msg_id, sent);
        return out;
    }
    auto const key = keys_.find(*key_id);
    if (key == keys_.end())
        return error(errc::bad_argument,
                     "the key " + key_id_text(*key_id) + " is not among the keys that were given");
    std::vector<std::byte> scratch;
    auto const packet = session::open(
        key->second.key, sent ? crypto::direction::client_to_server : crypto::direction::server_to_client,
        record.packet, scratch);
    if (!packet)
        return error(errc::bad_message, "it cannot be decrypted with the key " + key_id_text(*key_id) +
                                            ": one of both was damaged");
    std::vector<session::message_view> messages;
    if (!session::is_container(packet->body))
        messages.push_back({packet->msg_id, packet->seqno, packet->body});
    else if (auto const taken = session::unpack_container(packet->msg_id, packet->body, messages); !taken)
        return taken.error();
    for (auto const& one : messages) {
        auto& made = out.emplace_back(begin(record));
        made["key"] = key->second.expires_at ? "temporary" : "permanent";
        made["session"] = key_id_text(packet->session_id);
        if (messages.size() > 1 || one.msg_id != packet->msg_id)
            made["container"] = std::to_string(packet->msg_id);
        made["msg_id"] = std::to_string(one.msg_id);
        made["seqno"] = one.seqno;
        made["message"] = message(one.body, one.msg_id, sent);
    }
    return out;
}

} // namespace mtproto::apps

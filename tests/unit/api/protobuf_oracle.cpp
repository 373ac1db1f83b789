#include "protobuf_oracle.hpp"

#include "any_query.hpp"

#include "mtproto/proxy/bridge.hpp"
#include "mtproto/proxy/descriptors.hpp"
#include "mtproto/tl/base64.hpp"
#include "mtproto/tl/protobuf_source.hpp"
#include "mtproto/tl/protobuf_text.hpp"
#include "mtproto/tl/random.hpp"
#include "mtproto/tl/reader.hpp"

#include <boost/json/value.hpp>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <limits>
#include <memory>
#include <stdexcept>

namespace roundtrip {

namespace {

namespace pb = google::protobuf;
namespace json = boost::json;
using mtproto::tl::bytes_view;
using kind = pb::FieldDescriptor;

bytes_view view(const std::string& bytes)
{
    return std::as_bytes(std::span(bytes));
}

protobuf_counts counts;

class contract
{
public:
    contract()
    {
        pb::SetLogHandler(nullptr); // it complains of what mutations do to UTF-8
        for (auto const& file : mtproto::proxy::contract::descriptor_files()) {
            pb::FileDescriptorProto proto;
            if (!proto.ParseFromArray(file.bytes.data(), static_cast<int>(file.bytes.size())) || !pool_.BuildFile(proto))
                throw std::runtime_error("libprotobuf does not take " + std::string(file.name));
        }
    }
    std::unique_ptr<pb::Message> make(const std::string& name)
    {
        auto const* const type = pool_.FindMessageTypeByName("mtproto." + name);
        return std::unique_ptr<pb::Message>(type ? factory_.GetPrototype(type)->New() : nullptr);
    }

private:
    pb::DescriptorPool pool_;
    pb::DynamicMessageFactory factory_{&pool_};
};

// ---- what the codec under test does

struct outcome
{
    std::string bytes; ///< empty after a failure
    std::string error;
    bool ok = false;
};
outcome to_protobuf(std::uint32_t id, bytes_view tl)
{
    mtproto::tl::reader from(tl);
    mtproto::tl::protobuf_writer to;
    bool const ok = mtproto::proxy::detail::any_to_protobuf(id, from, to) && from.left() == 0;
    return {std::string(mtproto::tl::as_text(to.view())), from.error().text(), ok};
}
outcome from_protobuf(std::uint32_t id, const std::string& bytes)
{
    mtproto::tl::protobuf_source in(view(bytes));
    mtproto::tl::writer to;
    bool const ok = mtproto::proxy::detail::any_from_protobuf(id, in, view(bytes), to);
    return {std::string(mtproto::tl::as_text(to.view())), ok ? "" : in.error("").text(), ok && to.ok()};
}

// ---- whether a message says what the JSON says

bool same(const pb::Message& message, const json::value& value);

void take_raw(const pb::Message& message, const kind* field, int index, std::string& text)
{
    // The bytes of a string that is not UTF-8.
    auto const& r = *message.GetReflection();
    auto const* const raws = message.GetDescriptor()->FindFieldByName("tl_raw_strings");
    for (int i = 0; raws && i < r.FieldSize(message, raws); ++i) {
        auto const& raw = r.GetRepeatedMessage(message, raws, i);
        auto const* const type = raw.GetDescriptor();
        auto const& of = *raw.GetReflection();
        if (of.GetUInt32(raw, type->FindFieldByNumber(1)) == static_cast<std::uint32_t>(field->number()) &&
            of.GetUInt32(raw, type->FindFieldByNumber(2)) == static_cast<std::uint32_t>(index))
            text = of.GetString(raw, type->FindFieldByNumber(3));
    }
}

bool same_double(double found, const json::value& value)
{
    if (value.is_string()) {
        auto const text = std::string_view(value.get_string());
        return text == "Infinity"    ? found == std::numeric_limits<double>::infinity()
               : text == "-Infinity" ? found == -std::numeric_limits<double>::infinity()
                                     : found != found;
    }
    return std::bit_cast<std::uint64_t>(found) == std::bit_cast<std::uint64_t>(value.to_number<double>());
}

/// One value of a field: `index` -1 if it is not repeated.
bool same_element(const pb::Message& m, const kind* field, int index, const json::value& value)
{
    auto const& r = *m.GetReflection();
    bool const many = index >= 0;
    switch (field->cpp_type()) {
    case kind::CPPTYPE_BOOL:
        return value.is_bool() && value.get_bool() == (many ? r.GetRepeatedBool(m, field, index) : r.GetBool(m, field));
    case kind::CPPTYPE_INT32:
        return value.is_int64() && value.get_int64() == (many ? r.GetRepeatedInt32(m, field, index) : r.GetInt32(m, field));
    case kind::CPPTYPE_INT64:
        return value.is_string() &&
               std::string_view(value.get_string()) ==
                   std::to_string(many ? r.GetRepeatedInt64(m, field, index) : r.GetInt64(m, field));
    case kind::CPPTYPE_DOUBLE:
        return same_double(many ? r.GetRepeatedDouble(m, field, index) : r.GetDouble(m, field), value);
    case kind::CPPTYPE_STRING: {
        auto text = many ? r.GetRepeatedString(m, field, index) : r.GetString(m, field);
        if (field->type() == kind::TYPE_BYTES)
            return value.is_string() && mtproto::tl::base64_encode(view(text)) == std::string_view(value.get_string());
        take_raw(m, field, std::max(index, 0), text);
        if (value.is_object()) // not UTF-8
            return mtproto::tl::base64_encode(view(text)) == std::string_view(value.get_object().at("@base64").get_string());
        return value.is_string() && text == std::string_view(value.get_string());
    }
    case kind::CPPTYPE_MESSAGE:
        return same(many ? r.GetRepeatedMessage(m, field, index) : r.GetMessage(m, field), value);
    default:
        return false;
    }
}

bool is_listed_empty(const pb::Message& m, const kind* field)
{
    auto const* const empties = m.GetDescriptor()->FindFieldByName("tl_empty_vectors");
    for (int i = 0; empties && i < m.GetReflection()->FieldSize(m, empties); ++i)
        if (m.GetReflection()->GetRepeatedUInt32(m, empties, i) == static_cast<std::uint32_t>(field->number()))
            return true;
    return false;
}

bool same_fields(const pb::Message& m, const json::object& fields)
{
    auto const* const type = m.GetDescriptor();
    auto const& r = *m.GetReflection();
    if (!r.GetUnknownFields(m).empty())
        return false;
    std::size_t found = 1; // "_"
    for (int i = 0; i < type->field_count(); ++i) {
        auto const* const field = type->field(i);
        if (field->name().starts_with("tl_"))
            continue;
        auto const* const value = fields.if_contains(field->name());
        found += value != nullptr;
        if (field->is_repeated()) {
            auto const count = r.FieldSize(m, field);
            if (!value) {
                if (count != 0 || is_listed_empty(m, field))
                    return false;
                continue;
            }
            auto const& array = value->as_array();
            if (array.size() != static_cast<std::size_t>(count))
                return false;
            for (int k = 0; k < count; ++k)
                if (!same_element(m, field, k, array[static_cast<std::size_t>(k)]))
                    return false;
        } else if (!value) {
            // A flag that is not set, or a conditional field that is absent.
            if (field->has_presence() ? r.HasField(m, field) : field->cpp_type() != kind::CPPTYPE_BOOL || r.GetBool(m, field))
                return false;
        } else if ((field->has_presence() && !r.HasField(m, field)) || !same_element(m, field, -1, *value)) {
            return false;
        }
    }
    return found == fields.size();
}

// "input_peer_self" names "inputPeerSelf", "messages_dialogs_slice" "messages.dialogsSlice".
bool names(std::string_view field, std::string_view constructor)
{
    auto const plain = [](std::string_view name) {
        std::string made;
        for (char const c : name)
            if (c != '_' && c != '.')
                made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return made;
    };
    return plain(field) == plain(constructor);
}

bool same(const pb::Message& message, const json::value& value)
{
    auto const* const type = message.GetDescriptor();
    if (value.is_array() && type->name().starts_with("TypeVector"))
        return same_fields(message, json::object{{"_", "vector"}, {"values", value}});
    if (!value.is_object())
        return false;
    auto const& object = value.get_object();
    if (type->name().starts_with("Req") || type->name().starts_with("Pred"))
        return same_fields(message, object);
    auto const* const oneof = type->FindOneofByName("value");
    auto const& r = *message.GetReflection();
    auto const* const chosen = oneof ? r.GetOneofFieldDescriptor(message, oneof) : nullptr;
    return chosen && r.GetUnknownFields(message).empty() && names(chosen->name(), object.at("_").as_string()) &&
           same_fields(r.GetMessage(message, chosen), object);
}

// ---- random messages, as any writer of the contract could make them

class filler
{
public:
    explicit filler(std::uint64_t seed) : random_(seed, {.utf8 = true}) {}

    void fill(pb::Message& m, int depth)
    {
        auto const* const type = m.GetDescriptor();
        auto const& r = *m.GetReflection();
        if (auto const* const oneof = type->FindOneofByName("value"); oneof && !oneof->is_synthetic()) {
            // The first constructor is mostly the smallest, and ends recursion.
            auto const* const field = oneof->field(
                depth > 4 ? 0 : static_cast<int>(random_.below(static_cast<std::size_t>(oneof->field_count()))));
            fill(*r.MutableMessage(&m, field), depth + 1);
            return;
        }
        for (int i = 0; i < type->field_count(); ++i) {
            auto const* const field = type->field(i);
            if (field->name().starts_with("tl_") || depth > 40)
                continue;
            if (field->is_repeated()) {
                for (auto n = depth > 4 ? 0 : random_.below(3); n != 0; --n)
                    set(m, r, field, depth, true);
            } else if (field->message_type() || random_.below(8) != 0) {
                set(m, r, field, depth, false);
            }
        }
    }

private:
    void set(pb::Message& m, const pb::Reflection& r, const kind* field, int depth, bool add)
    {
        std::int32_t i32{};
        std::int64_t i64{};
        double real{};
        bool flag{};
        std::string text;
        random_.fill(i32);
        random_.fill(i64);
        random_.fill(real);
        random_.fill(flag);
        random_.fill(text);
        switch (field->cpp_type()) {
        case kind::CPPTYPE_BOOL:
            return add ? r.AddBool(&m, field, flag) : r.SetBool(&m, field, flag);
        case kind::CPPTYPE_INT32:
            return add ? r.AddInt32(&m, field, i32) : r.SetInt32(&m, field, i32);
        case kind::CPPTYPE_INT64:
            return add ? r.AddInt64(&m, field, i64) : r.SetInt64(&m, field, i64);
        case kind::CPPTYPE_DOUBLE:
            return add ? r.AddDouble(&m, field, real) : r.SetDouble(&m, field, real);
        case kind::CPPTYPE_STRING:
            if (field->type() == kind::TYPE_BYTES) // 32: as an int256 must have
                text.assign(32, static_cast<char>(random_.next()));
            return add ? r.AddString(&m, field, text) : r.SetString(&m, field, text);
        case kind::CPPTYPE_MESSAGE:
            return fill(add ? *r.AddMessage(&m, field) : *r.MutableMessage(&m, field), depth + 1);
        default:
            return;
        }
    }

    mtproto::tl::random_source random_;
};

/// Whether `later` says all that `first` does. It may say more where the contract has no word for absent: a message whose
/// type has one constructor, a vector that is present because a field beside it is.
bool covers(const pb::Message& later, const pb::Message& first)
{
    auto const* const type = first.GetDescriptor();
    auto const& r = *first.GetReflection();
    for (int i = 0; i < type->field_count(); ++i) {
        auto const* const field = type->field(i);
        if (field->name().starts_with("tl_"))
            continue;
        if (field->is_repeated()) {
            auto const count = r.FieldSize(first, field);
            if (count != r.FieldSize(later, field))
                return false;
            for (int k = 0; k < count; ++k) {
                bool ok = true;
                switch (field->cpp_type()) {
                case kind::CPPTYPE_BOOL: ok = r.GetRepeatedBool(first, field, k) == r.GetRepeatedBool(later, field, k); break;
                case kind::CPPTYPE_INT32: ok = r.GetRepeatedInt32(first, field, k) == r.GetRepeatedInt32(later, field, k); break;
                case kind::CPPTYPE_INT64: ok = r.GetRepeatedInt64(first, field, k) == r.GetRepeatedInt64(later, field, k); break;
                case kind::CPPTYPE_DOUBLE:
                    ok = std::bit_cast<std::uint64_t>(r.GetRepeatedDouble(first, field, k)) ==
                         std::bit_cast<std::uint64_t>(r.GetRepeatedDouble(later, field, k));
                    break;
                case kind::CPPTYPE_STRING: ok = r.GetRepeatedString(first, field, k) == r.GetRepeatedString(later, field, k); break;
                default: ok = covers(r.GetRepeatedMessage(later, field, k), r.GetRepeatedMessage(first, field, k)); break;
                }
                if (!ok)
                    return false;
            }
            continue;
        }
        if (field->has_presence() && r.HasField(first, field) != r.HasField(later, field)) {
            if (r.HasField(first, field) || !field->message_type() || field->real_containing_oneof())
                return false;
            continue;
        }
        bool ok = true;
        switch (field->cpp_type()) {
        // A flag is set with the fields that share it.
        case kind::CPPTYPE_BOOL: ok = r.GetBool(later, field) || !r.GetBool(first, field); break;
        case kind::CPPTYPE_INT32: ok = r.GetInt32(first, field) == r.GetInt32(later, field); break;
        case kind::CPPTYPE_INT64: ok = r.GetInt64(first, field) == r.GetInt64(later, field); break;
        case kind::CPPTYPE_DOUBLE:
            ok = std::bit_cast<std::uint64_t>(r.GetDouble(first, field)) ==
                 std::bit_cast<std::uint64_t>(r.GetDouble(later, field));
            break;
        case kind::CPPTYPE_STRING: ok = r.GetString(first, field) == r.GetString(later, field); break;
        default: ok = !r.HasField(first, field) || covers(r.GetMessage(later, field), r.GetMessage(first, field)); break;
        }
        if (!ok)
            return false;
    }
    return true;
}

/// Reads without complaint on the terminal, as far as libprotobuf's own limit of nesting.
bool parse(pb::Message& message, const std::string& bytes)
{
    pb::io::ArrayInputStream raw(bytes.data(), static_cast<int>(bytes.size()));
    pb::io::CodedInputStream in(&raw);
    in.SetRecursionLimit(1000);
    return message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

void mutate(std::string& bytes, mtproto::tl::random_source& random)
{
    if (bytes.empty())
        return;
    switch (random.below(4)) {
    case 0: bytes[random.below(bytes.size())] = static_cast<char>(random.next()); break;
    case 1: bytes.erase(random.below(bytes.size()), random.below(4) + 1); break;
    case 2: bytes.insert(random.below(bytes.size()), bytes.substr(random.below(bytes.size()), random.below(9))); break;
    default: bytes += bytes; break; // every message merged with itself, every repeated field twice
    }
}

} // namespace

const protobuf_counts& counts_of_protobuf() noexcept
{
    return counts;
}

void check_protobuf(run& r, std::span<const std::byte> tl, const json::value& described)
{
    auto const id = mtproto::tl::load<std::uint32_t>(tl.data());
    auto const name = mtproto::proxy::detail::any_message(id);
    if (name.empty())
        return;
    static contract of_api;
    auto const message = of_api.make(name);
    r.expect(message != nullptr, "the contract has no message ", name);
    if (!message)
        return;

    // Ours, read by libprotobuf, written by libprotobuf, read by us.
    auto const ours = to_protobuf(id, tl);
    r.expect(ours.ok, "does not become protobuf: ", ours.error);
    r.expect(parse(*message, ours.bytes), "libprotobuf does not read ", name);
    r.expect(same(*message, described), "libprotobuf reads something else from ", name);
    auto const theirs = message->SerializeAsString();
    for (auto const& bytes : {ours.bytes, theirs}) {
        auto const back = from_protobuf(id, bytes);
        r.expect(back.ok, "does not come back from protobuf: ", back.error);
        r.expect(!back.ok || std::ranges::equal(view(back.bytes), tl), "differs after protobuf");
    }

    // Mutations: what libprotobuf makes of them is what we make of them.
    auto const seed = r.seed();
    mtproto::tl::random_source random(seed);
    auto mutated = ours.bytes;
    for (int i = 0; i < 4; ++i) {
        mutate(mutated, random);
        auto const direct = from_protobuf(id, mutated);
        auto const read = of_api.make(name);
        if (!parse(*read, mutated))
            continue;
        auto const again = from_protobuf(id, read->SerializeAsString());
        r.expect(direct.ok == again.ok, "libprotobuf understands a mutation otherwise: ", direct.error + " / " + again.error);
        r.expect(direct.ok != again.ok || direct.bytes == again.bytes, "libprotobuf reads a mutation otherwise");
        ++(direct.ok ? counts.mutations : counts.broken_mutations);
    }

    // Any message that a client could make.
    auto const random_message = of_api.make(name);
    filler(seed).fill(*random_message, 0);
    auto const made = from_protobuf(id, random_message->SerializeAsString());
    ++(made.ok ? counts.messages : counts.refused_messages);
    if (made.ok) {
        auto const second = to_protobuf(mtproto::tl::load<std::uint32_t>(view(made.bytes).data()), view(made.bytes));
        auto const back = of_api.make(name);
        r.expect(second.ok && parse(*back, second.bytes) && covers(*back, *random_message), "a random message differs: ", second.error);
    } else {
        bool const expected = made.error.find("set all of them or none") != std::string::npos ||
                              made.error.find("nested too") != std::string::npos ||
                              made.error.find("is not set: choose") != std::string::npos;
        r.expect(expected, "a random message is refused: ", made.error);
    }
}

} // namespace roundtrip

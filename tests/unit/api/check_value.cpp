// The part of the round trip that does not depend on the type.
#include "roundtrip.hpp"

#include "protobuf_oracle.hpp"

#include "mtproto/tl/schema/dynamic_json.hpp"
#include "mtproto/tl/schema/transcode.hpp"

#include <algorithm>

namespace roundtrip {

void check_value(run& r, const codec& with, const void* value, void* again)
{
    tl::writer out;
    with.write(out, value);
    r.expect(out.ok(), "does not encode: ", out.error().text());
    r.expect(with.size(value) == out.size(), "wrong size");

    tl::reader in(out.view());
    bool const read = with.read(in, again);
    r.expect(read && in.left() == 0, "does not decode: ", in.error().text());
    r.expect(with.equal(value, again), "differs after TL");

    tl::json_reader json;
    // Into the same object: whatever it held must be replaced.
    auto const described = with.to_json(value);
    r.expect(with.from_json(json, described, again), "JSON: ", json.error().text());
    r.expect(with.equal(value, again), "differs after JSON");

    // The same by the schema, without the types.
    auto const written = tl::schema::json_to_tl(r.schema(), described);
    r.expect(written && std::ranges::equal(*written, out.view()), "the schema writes other bytes",
             written ? "" : written.error().text());
    auto const shown = tl::schema::tl_to_json(r.schema(), out.view());
    r.expect(shown && *shown == described, "the schema gives other JSON", shown ? "" : shown.error().text());
    auto const same = tl::schema::transcode(r.schema(), r.schema(), out.view());
    r.expect(same && std::ranges::equal(*same, out.view()), "not the same for its own layer",
             same ? "" : same.error().text());

#ifdef ROUNDTRIP_PROTOBUF
    if (!with.open)
        check_protobuf(r, out.view(), described);
#endif

    auto const size = out.size();
    for (auto const length : {size - 4, size - 1, size / 2, size / 3 & ~std::size_t{3}, std::size_t{3}}) {
        if (with.open || length >= size)
            continue;
        tl::reader cut(out.view().first(length));
        r.expect(!with.read(cut, again), "decodes though cut short");
    }
}

} // namespace roundtrip

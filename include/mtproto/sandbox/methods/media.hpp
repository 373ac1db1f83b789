// What a client attaches to a message, turned into stored files and other media.
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <optional>
#include <string>
#include <utility>

namespace mtproto::sandbox::methods::detail {

/// The parts of an upload, joined. https://core.telegram.org/api/files
inline result<bytes> take_upload(call& c, const raw::InputFile<lean>& input)
{
    if (auto const* plain = tl::get_if<raw::inputFile<lean>>(input))
        return c.in().files.take(c.my_id(), plain->id, plain->parts, false);
    if (auto const* big = tl::get_if<raw::inputFileBig<lean>>(input))
        return c.in().files.take(c.my_id(), big->id, big->parts, true);
    return refuse("MEDIA_INVALID");
}

inline std::string upload_name(const raw::InputFile<lean>& input)
{
    if (auto const* plain = tl::get_if<raw::inputFile<lean>>(input))
        return plain->name;
    if (auto const* big = tl::get_if<raw::inputFileBig<lean>>(input))
        return big->name;
    return {};
}

/// A file that a client names by id, access hash and reference.
template <class Input>
result<const stored_file*> stored(call& c, const Input& input)
{
    auto const* file = c.in().files.find(input.id);
    if (!file || file->access_hash != input.access_hash)
        return refuse("MEDIA_EMPTY");
    if (file->reference != input.file_reference)
        return refuse("FILE_REFERENCE_EXPIRED");
    return file;
}

struct attachment
{
    std::optional<std::int64_t> file{};
    bytes media{}; ///< MessageMedia of another kind
};

inline result<raw::GeoPoint<lean>> point(const raw::InputGeoPoint<lean>& input)
{
    auto const* at = tl::get_if<raw::inputGeoPoint<lean>>(input);
    if (!at)
        return refuse("MEDIA_EMPTY");
    raw::geoPoint<lean> made{};
    made.long_ = at->long_;
    made.lat = at->lat;
    made.accuracy_radius = at->accuracy_radius;
    return raw::GeoPoint<lean>(made);
}

inline result<attachment> attach_photo(call& c, const raw::inputMediaUploadedPhoto<lean>& input)
{
    auto data = take_upload(c, input.file);
    if (!data)
        return data.error();
    stored_file file{.dc = c.dc, .date = c.now, .photo = true, .spoiler = input.spoiler};
    file.name = upload_name(input.file);
    file.mime_type = "image/jpeg";
    // A picture of unknown format is taken as it is: clients do not look inside.
    std::tie(file.width, file.height) = image_size(*data).value_or(std::pair{100, 100});
    file.data = std::move(*data);
    return attachment{.file = c.in().files.add(std::move(file)).id};
}

inline result<attachment> attach_document(call& c, const raw::inputMediaUploadedDocument<lean>& input)
{
    auto data = take_upload(c, input.file);
    if (!data)
        return data.error();
    stored_file file{.dc = c.dc, .date = c.now, .spoiler = input.spoiler};
    file.name = upload_name(input.file);
    file.mime_type = input.mime_type.empty() ? "application/octet-stream" : input.mime_type;
    auto attributes = input.attributes;
    bool named = false;
    for (auto const& a : attributes)
        if (auto const* name = tl::get_if<raw::documentAttributeFilename<lean>>(a)) {
            file.name = name->file_name;
            named = true;
        }
    if (!named && !file.name.empty())
        attributes.push_back(raw::documentAttributeFilename<lean>{.file_name = file.name});
    file.attributes = to_bytes(attributes);
    file.data = std::move(*data);
    return attachment{.file = c.in().files.add(std::move(file)).id};
}

inline result<attachment> attach(call& c, const raw::InputMedia<lean>& input)
{
    if (auto const* photo = tl::get_if<raw::inputMediaUploadedPhoto<lean>>(input))
        return attach_photo(c, *photo);
    if (auto const* document = tl::get_if<raw::inputMediaUploadedDocument<lean>>(input))
        return attach_document(c, *document);
    if (auto const* photo = tl::get_if<raw::inputMediaPhoto<lean>>(input)) {
        auto const* named = tl::get_if<raw::inputPhoto<lean>>(photo->id);
        auto const file = named ? stored(c, *named) : result<const stored_file*>(refuse("MEDIA_EMPTY"));
        return file ? result<attachment>(attachment{.file = (*file)->id}) : file.error();
    }
    if (auto const* document = tl::get_if<raw::inputMediaDocument<lean>>(input)) {
        auto const* named = tl::get_if<raw::inputDocument<lean>>(document->id);
        auto const file = named ? stored(c, *named) : result<const stored_file*>(refuse("MEDIA_EMPTY"));
        return file ? result<attachment>(attachment{.file = (*file)->id}) : file.error();
    }
    if (auto const* contact = tl::get_if<raw::inputMediaContact<lean>>(input)) {
        auto const* who = c.in().people.by_phone(contact->phone_number);
        raw::messageMediaContact<lean> made{};
        made.phone_number = contact->phone_number;
        made.first_name = contact->first_name;
        made.last_name = contact->last_name;
        made.vcard = contact->vcard;
        made.user_id = who ? who->id : 0;
        return attachment{.media = to_bytes(made)};
    }
    if (auto const* geo = tl::get_if<raw::inputMediaGeoPoint<lean>>(input)) {
        auto const at = point(geo->geo_point);
        return at ? result<attachment>(attachment{.media = to_bytes(raw::messageMediaGeo<lean>{.geo = *at})}) : at.error();
    }
    if (auto const* venue = tl::get_if<raw::inputMediaVenue<lean>>(input)) {
        auto const at = point(venue->geo_point);
        if (!at)
            return at.error();
        raw::messageMediaVenue<lean> made{.geo = *at, .title = venue->title, .address = venue->address};
        made.provider = venue->provider;
        made.venue_id = venue->venue_id;
        made.venue_type = venue->venue_type;
        return attachment{.media = to_bytes(made)};
    }
    if (tl::holds<raw::inputMediaWebPage<lean>>(input))
        return attachment{}; // a link without its preview
    return refuse("MEDIA_EMPTY");
}

} // namespace mtproto::sandbox::methods::detail

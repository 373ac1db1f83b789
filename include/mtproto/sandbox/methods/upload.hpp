// upload.*: parts up, pieces down. https://core.telegram.org/api/files
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <algorithm>
#include <utility>

namespace mtproto::sandbox::methods {

namespace upl {
using namespace raw::upload;
}

inline answer_to<upl::saveFilePart<lean>> handle(call& c, const upl::saveFilePart<lean>& q)
{
    auto const saved = c.in().files.save_part(c.my_id(), q.file_id, q.file_part, std::nullopt, q.bytes);
    if (!saved)
        return saved.error();
    return true;
}

inline answer_to<upl::saveBigFilePart<lean>> handle(call& c, const upl::saveBigFilePart<lean>& q)
{
    auto const saved = c.in().files.save_part(c.my_id(), q.file_id, q.file_part, q.file_total_parts, q.bytes);
    if (!saved)
        return saved.error();
    return true;
}

namespace detail {

inline raw::storage::FileType<lean> type_of(const stored_file& file)
{
    if (file.photo || file.mime_type == "image/jpeg")
        return raw::storage::fileJpeg<lean>{};
    if (file.mime_type == "image/png")
        return raw::storage::filePng<lean>{};
    if (file.mime_type == "video/mp4")
        return raw::storage::fileMp4<lean>{};
    return raw::storage::fileUnknown<lean>{};
}

} // namespace detail

inline answer_to<upl::getFile<lean>> handle(call& c, const upl::getFile<lean>& q)
{
    auto const* document = tl::get_if<raw::inputDocumentFileLocation<lean>>(q.location);
    auto const* photo = tl::get_if<raw::inputPhotoFileLocation<lean>>(q.location);
    if (!document && !photo)
        return refuse("LOCATION_INVALID");
    auto const* file = c.in().files.find(document ? document->id : photo->id);
    auto const hash = document ? document->access_hash : photo->access_hash;
    auto const& reference = document ? document->file_reference : photo->file_reference;
    if (!file || file->access_hash != hash || file->photo != (photo != nullptr))
        return refuse("LOCATION_INVALID");
    if (file->reference != reference)
        return refuse("FILE_REFERENCE_EXPIRED");
    if (file->dc != c.dc)
        return refuse("FILE_MIGRATE_" + std::to_string(file->dc), 303);
    auto const piece = file_store::read(*file, q.offset, q.limit, q.precise);
    if (!piece)
        return piece.error();
    upl::file<lean> const made{.type = detail::type_of(*file), .mtime = file->date};
    auto encoded = to_bytes(made);
    std::copy(piece->begin(), piece->end(), tl::widen_last_string(encoded, piece->size()).begin());
    return answer_to<upl::getFile<lean>>::encoded(std::move(encoded));
}

inline answer_to<upl::getFileHashes<lean>> handle(call&, const upl::getFileHashes<lean>&)
{
    return std::vector<raw::FileHash<lean>>{};
}

using upload_methods = list<upl::saveFilePart<lean>, upl::saveBigFilePart<lean>, upl::getFile<lean>, upl::getFileHashes<lean>>;

} // namespace mtproto::sandbox::methods

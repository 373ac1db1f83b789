// Files: one goes up, is sent, and comes down again.
#include "stage.hpp"

#include <mtproto/api/methods/messages.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/sandbox/client_options.hpp>

#include <iostream>
#include <optional>

namespace api = mtproto::api;

// [upload]
mtproto::task<mtproto::result<api::Updates>> send_file(mtproto::client& tg, std::span<const std::byte> data,
                                                       std::string name)
{
    mtproto::memory_source source(data); // or disk_source::open(path)
    mtproto::upload_options how;
    how.name = name;
    how.progress = [](std::uint64_t done, std::uint64_t all) {
        std::cout << done << " of " << all << " bytes\n";
    };
    auto uploaded = co_await mtproto::upload(tg, source, how);
    if (!uploaded)
        co_return uploaded.error();

    api::documentAttributeFilename named;
    named.file_name = std::move(name);
    api::inputMediaUploadedDocument document;
    document.file = std::move(*uploaded);
    document.mime_type = "application/octet-stream";
    document.attributes.emplace_back(std::move(named));
    api::messages::sendMedia request;
    request.peer = api::inputPeerSelf();
    request.media = std::move(document);
    request.random_id = mtproto::random_id();
    co_return co_await tg.invoke(request);
}
// [/upload]

/// The document of the message among these updates.
std::optional<api::document> document_in(const api::Updates& updates)
{
    auto const* const all = api::get_if<api::updates_>(updates);
    for (auto const& update : all ? all->updates : std::vector<api::Update>())
        if (auto const* const fresh = api::get_if<api::updateNewMessage>(update))
            if (auto const* const message = api::get_if<api::message>(*fresh->message);
                message && message->media)
                if (auto const* const media = api::get_if<api::messageMediaDocument>(*message->media);
                    media && media->document)
                    if (auto const* const document = api::get_if<api::document>(*media->document))
                        return *document;
    return std::nullopt;
}

// [download]
mtproto::task<mtproto::result<std::vector<std::byte>>> fetch(mtproto::client& tg, const api::document& what)
{
    api::inputDocumentFileLocation place;
    place.id = what.id;
    place.access_hash = what.access_hash;
    place.file_reference = what.file_reference;
    mtproto::download_options how;
    how.dc = what.dc_id; // another data centre is connected to, with the account's authorization
    how.size = static_cast<std::uint64_t>(what.size);
    mtproto::memory_sink sink; // or disk_sink::create(path): the file appears when it is complete
    auto const size = co_await mtproto::download(tg, std::move(place), sink, std::move(how));
    if (!size)
        co_return size.error();
    co_return std::move(sink.data());
}
// [/download]

mtproto::task<mtproto::result<>> all(mtproto::client& tg)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    auto const code = [] { return std::string("12345"); };
    auto const password = [] { return std::string(); };
    if (auto const me = co_await mtproto::sign_in(tg, "+15550001", code, password); !me)
        co_return me.error();
    std::vector<std::byte> const data(200'000, std::byte{42});
    auto const sent = co_await send_file(tg, data, "noise.bin");
    if (!sent)
        co_return sent.error();
    auto const document = document_in(*sent);
    if (!document)
        co_return mtproto::error(mtproto::errc::wrong_result, "no document came back");
    auto const again = co_await fetch(tg, *document);
    if (!again)
        co_return again.error();
    if (*again != data)
        co_return mtproto::error(mtproto::errc::bad_digest, "what came down is not what went up");
    std::cout << "the same " << again->size() << " bytes\n";
    co_return co_await tg.close();
}

int main()
{
    boost::asio::io_context io;
    mtproto::sandbox::data_centre dc(io.get_executor());
    dc.add_user({.phone = "+15550001", .first_name = "Ada"}).value();
    dc.listen().value();
    mtproto::client tg(io, mtproto::sandbox::client_options_for(dc));
    return play(io, all(tg));
}

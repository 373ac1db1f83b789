// One call of what the package has, so that each library is linked, and one of each feature that was asked
// for.
#include <mtproto/api/methods/auth.hpp>
#include <mtproto/crypto/gzip.hpp>
#include <mtproto/crypto/sha.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/json.hpp>
#include <mtproto/version.hpp>
#ifdef WITH_websocket
#include <mtproto/transport/websocket.hpp>
#endif
#ifdef WITH_sandbox
#include <mtproto/sandbox/data_centre.hpp>
#endif
#ifdef WITH_grpc
#include <mtproto/proxy/api_methods.hpp>

#include <grpcpp/version_info.h>
#endif

#include <boost/json/serialize.hpp>

#include <iostream>

int main()
{
    mtproto::api::auth::sendCode request;
    request.phone_number = "+15550001";
    request.api_id = 1;
    auto const bytes = mtproto::tl::encode(request);
    std::cout << "mtproto " MTPROTO_VERSION_STRING " speaks layer " << mtproto::api::layer << "; "
              << bytes->size() << " bytes\n"
              << boost::json::serialize(mtproto::tl::to_json(request)) << '\n';

    // SHA-256 of nothing begins with e3b0c442.
    if (mtproto::crypto::sha256(std::vector<std::byte>()).front() != std::byte{0xe3})
        return 1;
    auto const packed = mtproto::crypto::gzip(*bytes);
    if (auto const unpacked = mtproto::crypto::gunzip(packed); !unpacked || *unpacked != *bytes)
        return 1;
#ifdef WITH_websocket
    std::cout << "websocket: " << mtproto::transport::websocket_options().path << '\n';
#endif
#ifdef WITH_sandbox
    std::cout << "sandbox: " << mtproto::sandbox::options().dc << " is its data centre\n";
#endif
#ifdef WITH_grpc
    mtproto::proxy::api_methods const methods;
    if (!methods.find("AuthSendCode") || methods.descriptor_files().empty())
        return 1;
    std::cout << "grpc: " << GRPC_CPP_VERSION_STRING << '\n';
#endif
}

// RSA keys in PEM, public and private.
#include "fuzz.hpp"

#include <mtproto/crypto/rsa.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace mtproto::crypto;
    fuzz::input in(data, size);
    bool const is_private = in.byte() == 'p';
    auto const text = in.text();
    if (is_private) {
        (void)rsa_private_key::from_pem(text);
    } else if (auto const key = rsa_public_key::from_pem(text)) {
        auto const again = rsa_public_key::from_pem(key->to_pem());
        fuzz::require(again && again->fingerprint() == key->fingerprint(), "a key changed on its way through PEM");
    }
    return 0;
}

// The options of a client that talks to a data centre of ours.
#pragma once

#include "mtproto/client/options.hpp"
#include "mtproto/sandbox/data_centre.hpp"

namespace mtproto::sandbox {

/// What a client has to be told to reach `dc`, which listens already: its address, its key, and any
/// application's credentials. Variables of the environment do not lead it elsewhere. Throws
/// mtproto::exception if the data centre's key is none.
inline mtproto::client_options client_options_for(const data_centre& dc)
{
    mtproto::client_options made;
    made.api_id = 1;
    made.api_hash = "sandbox";
    made.use_environment = false;
    made.dc = dc.dc();
    made.data_centres.push_back({dc.dc(), dc.address()});
    made.keys.push_back(crypto::rsa_public_key::from_pem(dc.public_key_pem()).value());
    return made;
}

} // namespace mtproto::sandbox

// Everything that most programs need. What is not used is not in the program, but is read: a unit that is handed a client
// compiles faster with client/calls.hpp and the headers of mtproto/api/ that it needs.
#pragma once

#include <mtproto/api/api.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/environment.hpp>
#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/files.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sent_message.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/client/updates.hpp>
#include <mtproto/error.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/version.hpp>

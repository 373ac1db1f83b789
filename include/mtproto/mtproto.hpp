// Everything that most programs need. Headers of methods and types come from mtproto/api/; what is not used costs next
// to nothing.
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

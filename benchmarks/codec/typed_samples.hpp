// The samples with the types that they are of, for what decodes them.
#pragma once

#include "samples.hpp"

#include "mtproto/api/methods/messages.hpp"
#include "mtproto/api/types/core_p.hpp"
#include "mtproto/api/types/core_u.hpp"
#include "mtproto/api/types/messages.hpp"

namespace codec_benchmark {

/// Calls `add.operator()<T>(name, bytes)` for each.
template <class Add>
void for_each_sample(Add add)
{
    namespace api = mtproto::api;
    add.template operator()<api::messages::sendMessage>("send_message", send_message());
    add.template operator()<api::messages::Messages>("messages", messages());
    add.template operator()<api::PageBlock>("page", page());
    add.template operator()<api::Updates>("updates", updates());
}

} // namespace codec_benchmark

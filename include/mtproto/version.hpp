// The version of the library, which is written here and nowhere else in C++ or in the build files, and the
// layer that it speaks.
#pragma once

#include "mtproto/api/layer.hpp"

#define MTPROTO_VERSION_MAJOR 0
#define MTPROTO_VERSION_MINOR 1
#define MTPROTO_VERSION_PATCH 0

/// For comparisons: 1.2.3 is 10203.
#define MTPROTO_VERSION (MTPROTO_VERSION_MAJOR * 10000 + MTPROTO_VERSION_MINOR * 100 + MTPROTO_VERSION_PATCH)

#define MTPROTO_DETAIL_TEXT_OF(x) #x
#define MTPROTO_DETAIL_TEXT(x) MTPROTO_DETAIL_TEXT_OF(x)
/// "1.2.3"
#define MTPROTO_VERSION_STRING                 \
    MTPROTO_DETAIL_TEXT(MTPROTO_VERSION_MAJOR) \
    "." MTPROTO_DETAIL_TEXT(MTPROTO_VERSION_MINOR) "." MTPROTO_DETAIL_TEXT(MTPROTO_VERSION_PATCH)

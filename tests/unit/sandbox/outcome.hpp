// What became of a call, in a form that Catch can print.
#pragma once

#include "mtproto/error.hpp"

#include <string>

/// The server's words of a failure; empty for a success.
template <class T>
std::string why(const mtproto::result<T>& result)
{
    return result ? std::string() : result.error().text();
}
template <class T>
bool ok(const mtproto::result<T>& result)
{
    return result.has_value();
}

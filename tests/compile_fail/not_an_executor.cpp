// expect-gcc: required for the satisfaction of 'has_executor<Where>'
// expect-clang: does not satisfy 'has_executor'
// expect-clang: does not satisfy 'is_executor'
#include <mtproto/client/calls.hpp>

#include <boost/asio/io_context.hpp>

#ifdef WRONG
using place = boost::asio::io_context*;
#else
using place = boost::asio::io_context;
#endif

void f(place& io) { mtproto::client tg(io, mtproto::client_options{}); }

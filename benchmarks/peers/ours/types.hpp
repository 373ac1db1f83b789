// The API's types that are measured, compiled in one unit: what decodes messages.Messages is the heaviest of all.
#pragma once

#include <mtproto/error.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace peer {

using bytes = std::vector<std::byte>;

/// A messages.messages in memory, typed and owning.
struct reply;
struct reply_deleter
{
    void operator()(reply* one) const noexcept;
};
using reply_ptr = std::unique_ptr<reply, reply_deleter>;

/// Throws std::runtime_error if `from` is not a messages.Messages; `from` may have bytes behind it.
reply_ptr decode_reply(std::span<const std::byte> from);
/// How many messages are in it.
std::size_t messages_in(const reply& of);
mtproto::result<bytes> encode_reply(const reply& of);
/// Decodes, counts the messages, and frees all: what a caller of messages.getHistory pays.
std::size_t read_reply(std::span<const std::byte> from);

/// messages.sendMessage with 100 characters and three entities, typed, and its bytes.
struct request;
struct request_deleter
{
    void operator()(request* one) const noexcept;
};
std::unique_ptr<request, request_deleter> make_request();
mtproto::result<bytes> encode_request(const request& of);

/// messages.getHistory of a basic group, 100 messages.
bytes history_call(long long chat);
/// users.getUsers of the account itself.
bytes self_call();
/// Decodes its answer and returns how many users are in it.
std::size_t read_users(std::span<const std::byte> from);

} // namespace peer

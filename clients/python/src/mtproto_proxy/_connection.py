"""What the two kinds of connection have in common: where to, with what credentials, and what to do when a stream ends."""
from __future__ import annotations

import dataclasses
import secrets
import typing

import grpc

from ._convert import kind, unwrap

if typing.TYPE_CHECKING:
    from . import pb

OPTIONS = [
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5000),
    ("grpc.keepalive_time_ms", 310_000),  # gRPC servers take more than one in five minutes for abuse
]
FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED, grpc.StatusCode.INTERNAL)


def channel_credentials(tls, ca, certificate, key):
    """None for a plain connection. `ca`, `certificate` and `key` are PEM, bytes."""
    if not (tls or ca or certificate):
        return None
    return grpc.ssl_channel_credentials(ca, key, certificate)


def metadata(token, account):
    return tuple(pair for pair in (("authorization", f"Bearer {token}" if token else ""), ("mtproto-account", account or "")) if pair[1])


def random_id() -> int:
    """A number for random_id fields, by which Telegram tells a repetition from a second message."""
    return secrets.randbits(63)


@dataclasses.dataclass(frozen=True)
class Event:
    """One update, with the users and chats it speaks of by id, if the proxy has not told them before.

    `update` is the constructor's message (a pb.PredUpdate...), None in an event that only says that something was lost: after `reset`
    read the dialogs anew, after `reset_channels` these channels.
    """

    cursor: str
    kind: str
    update: typing.Any
    users: dict[int, pb.AnyUser]
    chats: dict[int, pb.AnyChat]
    reset: bool
    reset_channels: tuple[int, ...]


def to_event(message):
    """None if the message only moves the cursor."""
    known = message.HasField("update") and kind(message.update)
    if not (message.HasField("update") or message.reset or message.reset_channels):
        return None
    return Event(message.cursor, known or "", unwrap(message.update) if known else None,
                 {user.id: user for user in map(unwrap, message.users)}, {chat.id: chat for chat in map(unwrap, message.chats)},
                 message.reset, tuple(message.reset_channels))


def place_in(metadata):
    """The cursor where a stream begins; None if its headers tell none. Pair by pair: not every version's metadata makes a dict."""
    return next((value for key, value in metadata or () if key == "mtproto-cursor"), None)


def delay_before_retry(error, ended):
    """Seconds to wait before a stream is opened again, after the `ended`-th end in a row; None if that would be of no use."""
    if error is not None:
        if error.status not in RETRIED or (error.status is grpc.StatusCode.INTERNAL and error.name):
            return None
        if seconds := getattr(error, "seconds", 0):
            return seconds
    return min(FIRST_DELAY * 2 ** ended, LONGEST_DELAY)

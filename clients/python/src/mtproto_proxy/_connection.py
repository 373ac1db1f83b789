"""What the two kinds of connection have in common: all but how they wait."""
from __future__ import annotations

import dataclasses
import secrets
import typing

import grpc

from . import _contract, errors
from ._convert import fill, kind, unwrap

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


def random_id() -> int:
    """A number for random_id fields, by which Telegram tells a repetition from a second message."""
    return secrets.randbits(63)


class Connection:
    """A connection to mtprotod, but for how it waits; see client.Client and sync.Client."""

    _grpc: typing.ClassVar[typing.Any]  # what makes channels: grpc or grpc.aio

    def __init__(self, target: str = "localhost:11011", *, token: str = "", account: str = "", tls: bool = False, ca: bytes | None = None,
                 certificate: bytes | None = None, key: bytes | None = None, timeout: float | None = None):
        """It is made when the first call needs it.

        target       HOST:PORT or unix:PATH
        token        of the proxy's access tokens; account  one of its accounts, or its first
        tls, ca      encrypt, and trust this authority (PEM) instead of the system's; certificate, key  the client's own (PEM)
        timeout      seconds for each call that does not name its own; None waits for ever
        """
        if tls or ca or certificate:
            credentials = grpc.ssl_channel_credentials(ca, key, certificate)
            self._channel = self._grpc.secure_channel(target, credentials, options=OPTIONS)
        else:
            self._channel = self._grpc.insecure_channel(target, options=OPTIONS)
        known = (("authorization", f"Bearer {token}" if token else ""), ("mtproto-account", account))
        self._metadata, self._timeout = tuple(pair for pair in known if pair[1]), timeout

    def _caller(self, rpc: _contract.Rpc) -> typing.Callable[..., typing.Any]:
        """A function that makes this call with the fields of the request as its arguments."""
        raise NotImplementedError

    def _listen(self, kinds: typing.Iterable[str], cursor: str) -> typing.Any:
        raise NotImplementedError

    def _start(self, rpc: _contract.Rpc, request: typing.Any, timeout: float | None) -> typing.Any:
        call = self._channel.unary_unary(rpc.path, rpc.request.SerializeToString, rpc.result.FromString)
        return call(request, metadata=self._metadata, timeout=timeout or self._timeout)

    def _start_stream(self, service: str, name: str, fields: typing.Mapping[str, typing.Any]) -> typing.Any:
        rpc = _contract.rpc(service, name)
        call = self._channel.unary_stream(rpc.path, rpc.request.SerializeToString, rpc.result.FromString)
        return call(fill(rpc.request, fields), metadata=self._metadata)

    def _method(self, name: str) -> typing.Callable[..., typing.Any]:
        try:
            rpc = _contract.method(name)
        except KeyError:
            raise AttributeError(f"TL has no method {name}") from None
        call = self._caller(rpc)
        call.__name__ = call.__qualname__ = name
        return call

    if not typing.TYPE_CHECKING:

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            try:
                made = self._method(name)
            except AttributeError:
                made = Namespace(self, name)
            setattr(self, name, made)
            return made


class Namespace:
    """The methods of one of TL's namespaces, made when they are first asked for. `updates` itself is called to listen."""

    def __init__(self, client: Connection, name: str):
        self._client, self._name = client, name

    def __getattr__(self, name: str) -> typing.Any:
        made = self._client._method(f"{self._name}.{name.removesuffix('_')}")
        setattr(self, name, made)
        return made

    def __call__(self, kinds: typing.Iterable[str] = (), cursor: str = "") -> typing.Any:
        if self._name != "updates":
            raise TypeError(f"{self._name} is a namespace; call one of its methods")
        return self._client._listen(kinds, cursor)


def rpc_of(request: typing.Any) -> _contract.Rpc:
    """The call whose request this is, as one made by request.messages.getHistory(...)."""
    return _contract.rpc("mtproto.Mtproto", request.DESCRIPTOR.name.removeprefix("Req"))


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


def to_event(message: typing.Any) -> Event | None:
    """None if the message only moves the cursor."""
    known = message.HasField("update") and kind(message.update)
    if not (message.HasField("update") or message.reset or message.reset_channels):
        return None
    return Event(message.cursor, known or "", unwrap(message.update) if known else None,
                 {user.id: user for user in map(unwrap, message.users)}, {chat.id: chat for chat in map(unwrap, message.chats)},
                 message.reset, tuple(message.reset_channels))


class Stream:
    """What both kinds of UpdateStream know: their place, and what to do at an end."""

    def __init__(self, client: Connection, kinds: typing.Iterable[str], cursor: str):
        self._client, self._kinds = client, tuple(kinds)
        self.cursor: str = cursor
        self._call: typing.Any = None
        self._ended = 0

    def _begin(self) -> None:
        fields = {"cursor": self.cursor, "kinds": self._kinds}
        self._call = self._client._start_stream("mtproto.UpdateStreamer", "ListenOnUpdates", fields)

    def _took(self, message: typing.Any) -> Event | None:
        self._ended = 0
        self.cursor = message.cursor or self.cursor
        return to_event(message)

    def _delay(self, failure: typing.Any = None) -> float:
        """Seconds to wait before the stream is opened again. Raises what has ended it, if to come back would be of no use."""
        self._call = None
        error = errors.from_grpc(failure) if failure is not None else None
        delay: float = min(FIRST_DELAY * 2.0 ** self._ended, LONGEST_DELAY)
        if error is not None:
            if error.status not in RETRIED or (error.status is grpc.StatusCode.INTERNAL and error.name):
                raise error from None
            delay = getattr(error, "seconds", 0) or delay
        self._ended += 1
        return delay


def place_in(metadata: typing.Any) -> str | None:
    """The cursor where a stream begins; None if its headers tell none, as those of a stream that is refused.

    Pair by pair: not every version's metadata makes a dict.
    """
    return next((value for key, value in metadata or () if key == "mtproto-cursor"), None)

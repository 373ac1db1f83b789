"""The connection without asyncio; what it gives is the same. From several threads: yes, but a stream of updates is one thread's."""
from __future__ import annotations

import time
import typing

import grpc

from . import _connection, _contract, errors
from ._convert import fill, unwrap
from .client import _Namespace as _AsyncNamespace

if typing.TYPE_CHECKING:
    from .methods_sync import Methods
else:
    Methods = object


class UpdateStream:
    """As client.UpdateStream, for `for` and `with`."""

    def __init__(self, client, kinds, cursor):
        self._client, self._kinds = client, tuple(kinds)
        self.cursor: str = cursor
        self._call, self._ended = None, 0

    def __iter__(self) -> UpdateStream:
        return self

    def __enter__(self) -> UpdateStream:
        while not self._open():
            pass
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._call:
            self._call.cancel()
            self._call = None

    def _open(self):
        self._call = self._client._request("mtproto.UpdateStreamer", "ListenOnUpdates")({"cursor": self.cursor, "kinds": self._kinds})
        try:
            begins = _connection.place_in(self._call.initial_metadata())
            if begins is None and not self._call.is_active() and self._call.code() is not grpc.StatusCode.OK:
                raise self._call
        except grpc.RpcError as failure:
            self._pause(errors.from_grpc(failure))
            return False
        self.cursor = self.cursor or begins or ""
        return True

    def _pause(self, error):
        self._call = None
        delay = _connection.delay_before_retry(error, self._ended)
        if delay is None:
            raise error from None
        self._ended += 1
        time.sleep(delay)

    def __next__(self) -> _connection.Event:
        while True:
            if self._call is None and not self._open():
                continue
            try:
                message = next(self._call)
            except grpc.RpcError as failure:
                self._pause(errors.from_grpc(failure))
                continue
            except StopIteration:
                self._pause(None)
                continue
            self._ended = 0
            self.cursor = message.cursor or self.cursor
            if event := _connection.to_event(message):
                return event


class _Namespace(_AsyncNamespace):
    def __call__(self, kinds=(), cursor=""):
        if self._name != "updates":
            raise TypeError(f"{self._name} is a namespace; call one of its methods")
        return UpdateStream(self._client, kinds, cursor)


class Client(Methods):
    """A connection to mtprotod. Made by connect()."""

    def __init__(self, target: str, *, token: str = "", account: str = "", tls: bool = False, ca: bytes | None = None,
                 certificate: bytes | None = None, key: bytes | None = None, timeout: float | None = None):
        credentials = _connection.channel_credentials(tls, ca, certificate, key)
        options = _connection.OPTIONS
        self._channel = (grpc.secure_channel(target, credentials, options=options) if credentials
                         else grpc.insecure_channel(target, options=options))
        self._metadata, self._timeout = _connection.metadata(token, account), timeout

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def invoke(self, request: typing.Any, *, timeout: float | None = None) -> typing.Any:
        """Calls the method whose request this is, as one made by request.messages.getHistory(...)."""
        name = request.DESCRIPTOR.name.removeprefix("Req")
        return self._unary(_contract.rpc("mtproto.Mtproto", name), request, timeout)

    def _unary(self, rpc, request, timeout):
        path, request_class, result_class = rpc
        call = self._channel.unary_unary(path, request_class.SerializeToString, result_class.FromString)
        try:
            return unwrap(call(request, metadata=self._metadata, timeout=timeout or self._timeout))
        except grpc.RpcError as failure:
            raise errors.from_grpc(failure) from None

    def _method(self, name):
        try:
            rpc = _contract.method(name)
        except KeyError:
            raise AttributeError(f"TL has no method {name}") from None

        def call(*, timeout=None, **fields):
            return self._unary(rpc, fill(rpc[1], fields), timeout)

        call.__name__ = call.__qualname__ = name
        return call

    def _request(self, service, name):
        path, request_class, result_class = _contract.rpc(service, name)
        call = self._channel.unary_stream(path, request_class.SerializeToString, result_class.FromString)
        return lambda fields: call(fill(request_class, fields), metadata=self._metadata)

    if not typing.TYPE_CHECKING:

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            try:
                made = self._method(name)
            except AttributeError:
                made = _Namespace(self, name)
            setattr(self, name, made)
            return made


def connect(target: str = "localhost:11011", *, token: str = "", account: str = "", tls: bool = False, ca: bytes | None = None,
            certificate: bytes | None = None, key: bytes | None = None, timeout: float | None = None) -> Client:
    """As mtproto_proxy.connect, for `with`."""
    return Client(target, token=token, account=account, tls=tls, ca=ca, certificate=certificate, key=key, timeout=timeout)

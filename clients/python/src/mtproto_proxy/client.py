"""The connection for asyncio."""
from __future__ import annotations

import asyncio
import typing

import grpc
import grpc.aio

from . import _connection, _contract, errors
from ._convert import fill, unwrap

if typing.TYPE_CHECKING:
    from .methods import Methods
else:
    Methods = object


class UpdateStream:
    """Updates as they happen, for `async for`. Opens the stream again at its cursor after a disconnect.

    `cursor` is the place after the last event that was handed out; keep it to go on there in another run. With `async with` it is
    known from the start that the proxy listens: what happens after that is not missed. Not for use by two tasks at a time.
    """

    def __init__(self, client, kinds, cursor):
        self._client, self._kinds = client, tuple(kinds)
        self.cursor: str = cursor
        self._call, self._ended = None, 0

    def __aiter__(self) -> UpdateStream:
        return self

    async def __aenter__(self) -> UpdateStream:
        while not await self._open():
            pass
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._call:
            self._call.cancel()
            self._call = None

    async def _open(self):
        """False if that failed in a way that is worth another try; the wait before it is over then."""
        request = self._client._request("mtproto.UpdateStreamer", "ListenOnUpdates")
        self._call = request({"cursor": self.cursor, "kinds": self._kinds})
        try:
            begins = _connection.place_in(await self._call.initial_metadata())
            if begins is None and self._call.done():
                await self._call.read()  # raises what went wrong
        except grpc.aio.AioRpcError as failure:
            await self._pause(errors.from_grpc(failure))
            return False
        except BaseException:
            await self.aclose()
            raise
        self.cursor = self.cursor or begins or ""
        return True

    async def _pause(self, error):
        self._call = None
        delay = _connection.delay_before_retry(error, self._ended)
        if delay is None:
            raise error from None
        self._ended += 1
        await asyncio.sleep(delay)

    async def __anext__(self) -> _connection.Event:
        while True:
            if self._call is None and not await self._open():
                continue
            try:
                message = await self._call.read()
            except grpc.aio.AioRpcError as failure:
                await self._pause(errors.from_grpc(failure))
                continue
            except BaseException:  # the task was cancelled, and gRPC's call with it: the next one begins at the cursor
                await self.aclose()
                raise
            if message is grpc.aio.EOF:
                await self._pause(None)
                continue
            self._ended = 0
            self.cursor = message.cursor or self.cursor
            if event := _connection.to_event(message):
                return event


class _Namespace:
    def __init__(self, client, name):
        self._client, self._name = client, name

    def __getattr__(self, name):
        made = self._client._method(f"{self._name}.{name.removesuffix('_')}")
        setattr(self, name, made)
        return made

    def __call__(self, kinds=(), cursor=""):
        if self._name != "updates":
            raise TypeError(f"{self._name} is a namespace; call one of its methods")
        return UpdateStream(self._client, kinds, cursor)


class Client(Methods):
    """A connection to mtprotod. Made by connect(); any number of calls at the same time."""

    def __init__(self, target: str, *, token: str = "", account: str = "", tls: bool = False, ca: bytes | None = None,
                 certificate: bytes | None = None, key: bytes | None = None, timeout: float | None = None):
        credentials = _connection.channel_credentials(tls, ca, certificate, key)
        options = _connection.OPTIONS
        self._channel = (grpc.aio.secure_channel(target, credentials, options=options) if credentials
                         else grpc.aio.insecure_channel(target, options=options))
        self._metadata, self._timeout = _connection.metadata(token, account), timeout

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._channel.close()

    async def invoke(self, request: typing.Any, *, timeout: float | None = None) -> typing.Any:
        """Calls the method whose request this is, as one made by request.messages.getHistory(...)."""
        name = request.DESCRIPTOR.name.removeprefix("Req")
        return await self._unary(_contract.rpc("mtproto.Mtproto", name), request, timeout)

    async def _unary(self, rpc, request, timeout):
        path, request_class, result_class = rpc
        call = self._channel.unary_unary(path, request_class.SerializeToString, result_class.FromString)
        try:
            return unwrap(await call(request, metadata=self._metadata, timeout=timeout or self._timeout))
        except grpc.aio.AioRpcError as failure:
            raise errors.from_grpc(failure) from None

    def _method(self, name):
        try:
            rpc = _contract.method(name)
        except KeyError:
            raise AttributeError(f"TL has no method {name}") from None

        async def call(*, timeout=None, **fields):
            return await self._unary(rpc, fill(rpc[1], fields), timeout)

        call.__name__ = call.__qualname__ = name
        return call

    def _request(self, service, name):
        """A function that opens a stream."""
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
    """A connection, for `async with`. It is made when the first call needs it.

    target       HOST:PORT or unix:PATH
    token        of the proxy's access tokens; account  one of its accounts, or its first
    tls, ca      encrypt, and trust this authority (PEM) instead of the system's; certificate, key  the client's own (PEM)
    timeout      seconds for each call that does not name its own; None waits for ever
    """
    return Client(target, token=token, account=account, tls=tls, ca=ca, certificate=certificate, key=key, timeout=timeout)

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


class UpdateStream(_connection.Stream):
    """Updates as they happen, for `async for`. Opens the stream again at its cursor after a disconnect.

    `cursor` is the place after the last event that was handed out; keep it to go on there in another run. With `async with` it is
    known from the start that the proxy listens: what happens after that is not missed. Not for use by two tasks at a time.
    """

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

    async def _open(self) -> bool:
        """False if that failed in a way that is worth another try; the wait before it is over then."""
        self._begin()
        try:
            begins = _connection.place_in(await self._call.initial_metadata())
            if begins is None and await self._call.code() is not grpc.StatusCode.OK:  # which waits: the status comes after the headers
                await self._call.read()  # raises what went wrong
        except grpc.aio.AioRpcError as failure:
            await asyncio.sleep(self._delay(failure))
            return False
        except BaseException:
            await self.aclose()
            raise
        self.cursor = self.cursor or begins or ""
        return True

    async def __anext__(self) -> _connection.Event:
        while True:
            if self._call is None and not await self._open():
                continue
            try:
                message = await self._call.read()
            except grpc.aio.AioRpcError as failure:
                await asyncio.sleep(self._delay(failure))
                continue
            except BaseException:  # the task was cancelled, and gRPC's call with it: the next one begins at the cursor
                await self.aclose()
                raise
            if message is grpc.aio.EOF:
                await asyncio.sleep(self._delay())
            elif event := self._took(message):
                return event


class Client(_connection.Connection, Methods):
    """A connection to mtprotod, for `async with`. Any number of calls at the same time."""

    _grpc: typing.ClassVar[typing.Any] = grpc.aio

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._channel.close()

    async def invoke(self, request: typing.Any, *, timeout: float | None = None) -> typing.Any:
        """Calls the method whose request this is, as one made by request.messages.getHistory(...)."""
        return await self._unary(_connection.rpc_of(request), request, timeout)

    async def _unary(self, rpc: _contract.Rpc, request: typing.Any, timeout: float | None) -> typing.Any:
        try:
            return unwrap(await self._start(rpc, request, timeout))
        except grpc.aio.AioRpcError as failure:
            raise errors.from_grpc(failure) from None

    def _caller(self, rpc: _contract.Rpc) -> typing.Callable[..., typing.Any]:
        async def call(*, timeout: float | None = None, **fields: typing.Any) -> typing.Any:
            return await self._unary(rpc, fill(rpc.request, fields), timeout)

        return call

    def _listen(self, kinds: typing.Iterable[str], cursor: str) -> UpdateStream:
        return UpdateStream(self, kinds, cursor)


connect = Client

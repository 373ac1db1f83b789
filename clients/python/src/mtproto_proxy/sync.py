"""The connection without asyncio; what it gives is the same. From several threads: yes, but a stream of updates is one thread's."""
from __future__ import annotations

import time
import typing

import grpc

from . import _connection, _contract, errors
from ._convert import fill, unwrap

if typing.TYPE_CHECKING:
    from .methods_sync import Methods
else:
    Methods = object


class UpdateStream(_connection.Stream):
    """As client.UpdateStream, for `for` and `with`."""

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

    def _open(self) -> bool:
        self._begin()
        try:
            begins = _connection.place_in(self._call.initial_metadata())
            if begins is None and self._call.code() is not grpc.StatusCode.OK:  # which waits: the status comes after the headers
                raise self._call
        except grpc.RpcError as failure:
            time.sleep(self._delay(failure))
            return False
        self.cursor = self.cursor or begins or ""
        return True

    def __next__(self) -> _connection.Event:
        while True:
            if self._call is None and not self._open():
                continue
            try:
                message = next(self._call)
            except grpc.RpcError as failure:
                time.sleep(self._delay(failure))
            except StopIteration:
                time.sleep(self._delay())
            else:
                if event := self._took(message):
                    return event


class Client(_connection.Connection, Methods):
    """A connection to mtprotod, for `with`."""

    _grpc: typing.ClassVar[typing.Any] = grpc

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def invoke(self, request: typing.Any, *, timeout: float | None = None) -> typing.Any:
        """Calls the method whose request this is, as one made by request.messages.getHistory(...)."""
        return self._unary(_connection.rpc_of(request), request, timeout)

    def _unary(self, rpc: _contract.Rpc, request: typing.Any, timeout: float | None) -> typing.Any:
        try:
            return unwrap(self._start(rpc, request, timeout))
        except grpc.RpcError as failure:
            raise errors.from_grpc(failure) from None

    def _caller(self, rpc: _contract.Rpc) -> typing.Callable[..., typing.Any]:
        def call(*, timeout: float | None = None, **fields: typing.Any) -> typing.Any:
            return self._unary(rpc, fill(rpc.request, fields), timeout)

        return call

    def _listen(self, kinds: typing.Iterable[str], cursor: str) -> UpdateStream:
        return UpdateStream(self, kinds, cursor)


connect = Client

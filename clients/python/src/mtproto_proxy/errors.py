"""Failures of calls as exceptions."""
from __future__ import annotations

import typing

from . import _contract

if typing.TYPE_CHECKING:
    import grpc


class RpcError(Exception):
    """A call that failed, at Telegram or in the proxy.

    code    Telegram's number, as 400; 0 if the error is not Telegram's
    name    "FLOOD_WAIT", or the proxy's reason, as "NOT_CONNECTED"; "" if the failure has none (no connection to the proxy)
    value   the number in the error, as 17 of FLOOD_WAIT_17; None if there is none
    text    the words for people, as "FLOOD_WAIT_17"
    status  grpc.StatusCode
    domain  "telegram.org", "mtproto" for the proxy's own, or ""
    """

    def __init__(self, code: int, name: str, value: int | None, text: str, status: grpc.StatusCode | None = None, domain: str = "",
                 metadata: dict[str, str] | None = None):
        super().__init__(code, name, value, text)
        self.code, self.name, self.value, self.text = code, name, value, text
        self.status, self.domain, self.metadata = status, domain, metadata or {}

    def __str__(self) -> str:
        return f"{self.code} {self.text}" if self.code else self.text


class FloodWait(RpcError):
    """Too much, too fast; try again after `seconds`."""

    def __init__(self, *args: typing.Any, seconds: float = 0.0, **more: typing.Any):
        super().__init__(*args, **more)
        self.seconds = seconds


def from_grpc(failure: typing.Any) -> RpcError:
    """The RpcError for a grpc.RpcError, of either kind of channel."""
    status, text = failure.code(), failure.details() or ""
    info = delay = None
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            info, delay = _details(value)
    if info is None:
        return RpcError(0, "", None, f"{status.name}: {text}", status)
    metadata = dict(info.metadata)
    code, value = _number(metadata.get("code")) or 0, _number(metadata.get("value"))
    arguments = (code, info.reason, value, text or info.reason)
    more: dict[str, typing.Any] = {"status": status, "domain": info.domain, "metadata": metadata}
    if delay is not None:
        return FloodWait(*arguments, seconds=delay.seconds + delay.nanos / 1e9, **more)
    if code == 420:
        return FloodWait(*arguments, seconds=float(value or 0), **more)
    return RpcError(*arguments, **more)


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


def _details(data: bytes) -> tuple[typing.Any, typing.Any]:
    """google.rpc.Status -> its ErrorInfo, and the delay of its RetryInfo; None for what it has not."""
    info = delay = None
    for detail in _contract.message_class("mtproto_proxy.Status").FromString(data).details:
        if detail.type_url.endswith("/google.rpc.ErrorInfo"):
            info = _contract.message_class("mtproto_proxy.ErrorInfo").FromString(detail.value)
        elif detail.type_url.endswith("/google.rpc.RetryInfo"):
            delay = _contract.message_class("mtproto_proxy.RetryInfo").FromString(detail.value).retry_delay
    return info, delay

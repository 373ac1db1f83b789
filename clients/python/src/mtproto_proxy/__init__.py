"""Telegram through mtprotod.

    async with connect("localhost:11011") as tg:
        await tg.messages.sendMessage(peer=tl.inputPeerSelf(), message="Hello", random_id=random_id())
        async for event in tg.updates(kinds=["updateNewMessage"]):
            print(unwrap(event.update.message))

mtproto_proxy.sync.connect does the same without asyncio.
"""
from . import pb, request, tl
from ._connection import Event, random_id
from ._convert import EMPTY, box, fill, kind, unwrap
from .client import Client, UpdateStream, connect
from .errors import FloodWait, RpcError

__all__ = ["EMPTY", "Client", "Event", "FloodWait", "RpcError", "UpdateStream", "box", "connect", "fill", "kind", "pb", "random_id",
           "request", "tl", "unwrap"]

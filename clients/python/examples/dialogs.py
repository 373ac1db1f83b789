"""Prints the titles of recent dialogs, and how many messages are unread in each."""
import asyncio
import os
import sys

from mtproto_proxy import RpcError, connect, tl, unwrap

PROXY, TOKEN, ACCOUNT = os.environ.get("PROXY", "localhost:11011"), os.environ.get("TOKEN", ""), os.environ.get("ACCOUNT", "")


async def main():
    async with connect(PROXY, token=TOKEN, account=ACCOUNT) as tg:
        found = await tg.messages.getDialogs(offset_peer=tl.inputPeerEmpty(), limit=20)
        names = {user.id: f"{user.first_name} {user.last_name}".strip() for user in map(unwrap, found.users)}
        names |= {chat.id: chat.title for chat in map(unwrap, found.chats)}
        for dialog in map(unwrap, found.dialogs):
            peer = unwrap(dialog.peer)  # a peerUser, peerChat or peerChannel, each with its id as the only field
            _, number = peer.ListFields()[0]
            print(f"{names.get(number, number)}: {dialog.unread_count} unread")


if len(sys.argv) != 1:
    print("usage: dialogs.py, which takes no arguments; PROXY, TOKEN and ACCOUNT of the environment say whom to ask", file=sys.stderr)
    sys.exit(2)
try:
    asyncio.run(main())
except RpcError as error:
    sys.exit(f"no dialogs from {PROXY}: {error}")

"""Sends a message to a dialog by its title: python send.py TITLE TEXT."""
import asyncio
import os
import sys

from mtproto_proxy import FloodWait, RpcError, connect, random_id, tl, unwrap

PROXY, TOKEN, ACCOUNT = os.environ.get("PROXY", "localhost:11011"), os.environ.get("TOKEN", ""), os.environ.get("ACCOUNT", "")


async def peer_of(tg, title):
    found = await tg.messages.getDialogs(offset_peer=tl.inputPeerEmpty(), limit=100)
    for user in map(unwrap, found.users):
        if title == f"{user.first_name} {user.last_name}".strip():
            return tl.inputPeerUser(user_id=user.id, access_hash=user.access_hash)
    for chat in map(unwrap, found.chats):
        if title == chat.title:
            return tl.inputPeerChannel(channel_id=chat.id, access_hash=chat.access_hash) if hasattr(chat, "access_hash") else tl.inputPeerChat(chat_id=chat.id)
    sys.exit(f"no dialog is called {title}")


async def main(title, text):
    async with connect(PROXY, token=TOKEN, account=ACCOUNT) as tg:
        request = {"peer": await peer_of(tg, title), "message": text, "random_id": random_id()}
        try:
            sent = await tg.messages.sendMessage(**request)
        except FloodWait as wait:
            await asyncio.sleep(wait.seconds)
            sent = await tg.messages.sendMessage(**request)
        except RpcError as error:
            sys.exit(f"{error.name}: {error.text}")
        print("sent", getattr(sent, "id", ""))


if len(sys.argv) != 3:
    print("usage: send.py TITLE TEXT, where TITLE is that of a dialog, as dialogs.py prints it", file=sys.stderr)
    sys.exit(2)
try:
    asyncio.run(main(*sys.argv[1:]))
except RpcError as error:
    sys.exit(f"not sent by {PROXY}: {error}")

"""Kurigram, or the Pyrogram that it comes from, unmodified, against the loopback data centre. Usage: kurigram_client.py PLAN (see run.py)."""
import asyncio
import base64
import hashlib
import io

import pyrogram
from plan import Answers, check, plan, random_file, random_text
from pyrogram import Client, filters
from pyrogram.connection import transport
from pyrogram.connection.connection import Connection
from pyrogram.crypto import rsa
from pyrogram.handlers import MessageHandler
from pyrogram.raw.all import layer

TRANSPORTS = {
    "full": "TCPFull",
    "abridged": "TCPAbridged",
    "intermediate": "TCPIntermediate",
    "padded": "TCPIntermediatePadded",
    "obfuscated": "TCPAbridgedO",
}


def add_server_key(pem):
    """The fingerprint is the low half of the SHA-1 of `n` and `e` as TL strings, https://core.telegram.org/mtproto/auth_key."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
    at = der.index(b"\x02\x82\x01\x01\x00") + 5  # PKCS#1: the first integer, of 2048 bits
    modulus = der[at : at + 256]
    serialized = b"\xfe\x00\x01\x00" + modulus + b"\x03\x01\x00\x01"
    fingerprint = int.from_bytes(hashlib.sha1(serialized).digest()[-8:], "little", signed=True)
    rsa.server_public_keys[fingerprint] = rsa.PublicKey(int.from_bytes(modulus, "big"), 65537)


class Loopback(Connection):
    """Kurigram knows where Telegram's data centres are; this says where ours is."""

    def __init__(self, *args, **options):
        super().__init__(*args, **(options | {"server_address": plan["host"], "port": plan["port"]}))


def kurigram_options():
    if plan["transport"].startswith("mtproxy"):
        how = {"proxy": {"scheme": "mtproxy", "hostname": plan["host"], "port": plan["port"], "secret": plan["secret"]}}
    else:
        how = {"protocol_factory": getattr(transport, TRANSPORTS[plan["transport"]])}
    return how | {"connection_factory": Loopback}


def pyrogram_options():
    """Pyrogram has a table of addresses, and one transport."""
    check(plan["transport"] == "abridged", f"Pyrogram does not offer {plan['transport']}")
    from pyrogram.session.internals.data_center import DataCenter  # pylint: disable=import-outside-toplevel
    DataCenter.__new__ = lambda *_: (plan["host"], plan["port"])
    return {}


async def main():
    with open(plan["public_key"], encoding="ascii") as key:
        add_server_key(key.read())
    account = {"bot_token": plan["bot_token"]} if plan.get("bot_token") else {
        "phone_number": plan["phone"], "phone_code": plan["code"], "password": plan.get("password") or None}
    options = pyrogram_options() if plan["client"] == "pyrogram" else kurigram_options()
    client = Client("interop", api_id=1, api_hash="hash", in_memory=True, **account, **options)
    answers = Answers(lambda message: message.text or message.caption)

    async def add(_, message):
        await answers.add(message)

    client.add_handler(MessageHandler(add, filters.incoming))
    print(f"{plan['client']} {pyrogram.__version__}, layer {layer}, {plan['transport']}", flush=True)
    await client.start()
    me = await client.get_me()
    check(me.first_name == plan["name"], f"signed in as {me.first_name}, not {plan['name']}")
    print(f"signed in as {me.first_name}", flush=True)

    if plan.get("bot_token"):
        # A bot cannot write to somebody who has not written to it.
        print("waiting to be greeted", flush=True)
        peer = (await answers.expect("hello")).chat.id
    else:
        titles = [d.chat.title or f"{d.chat.first_name} {d.chat.last_name or ''}".strip() async for d in client.get_dialogs()]
        check(set(plan["dialogs"]) <= set(titles), f"dialogs {titles}")
        print(f"{len(titles)} dialogs", flush=True)
        note = await client.send_message("me", "a note")
        check(note.id > 0 and note.text == "a note", f"a note to oneself: {note}")
        peer = (await client.get_users(plan["peer"])).id
    text = random_text()
    sent = await client.send_message(peer, text)
    check(sent.id > 0, "no id for the sent message")
    await answers.expect("echo: " + text)
    if not plan.get("bot_token"):
        history = [m.text async for m in client.get_chat_history(peer, limit=2)]
        check(history == ["echo: " + text, text], f"history {history}")
    print("message sent and answered", flush=True)

    for size in plan["files"]:
        content = random_file(size)
        file = io.BytesIO(content)
        file.name = "data.bin"
        await client.send_document(peer, file, force_document=True)
        returned = await answers.expect(f"file: {size} {hashlib.sha256(content).hexdigest()}")
        back = await client.download_media(returned, in_memory=True)
        check(bytes(back.getbuffer()) == content, f"a file of {size} bytes came back different")
        print(f"file of {size} bytes sent, and received from the peer", flush=True)
    check(await client.log_out(), "could not log out")
    print("ok", flush=True)


asyncio.get_event_loop().run_until_complete(asyncio.wait_for(main(), 300))

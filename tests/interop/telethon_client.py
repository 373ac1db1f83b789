"""Telethon, unmodified, against the loopback data centre. Usage: telethon_client.py PLAN (see run.py)."""
import asyncio
import ctypes
import ctypes.util
import hashlib
import io

import telethon
from plan import Answers, check, plan, random_file, random_text
from telethon import TelegramClient, events
from telethon.crypto import aesctr, rsa
from telethon.errors import SessionPasswordNeededError
from telethon.network import connection as framings
from telethon.sessions import MemorySession
from telethon.tl.alltlobjects import LAYER

CONNECTIONS = {
    "full": framings.ConnectionTcpFull,
    "abridged": framings.ConnectionTcpAbridged,
    "intermediate": framings.ConnectionTcpIntermediate,
    "obfuscated": framings.ConnectionTcpObfuscated,
    "mtproxy": framings.ConnectionTcpMTProxyIntermediate,
    "mtproxy-dd": framings.ConnectionTcpMTProxyRandomizedIntermediate,
}


class OpensslCtr:
    """What Telethon uses of pyaes.AESModeOfOperationCTR, by libcrypto: pyaes needs three minutes for the large file."""

    def __init__(self, key, counter):
        self.crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
        self.crypto.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
        self.crypto.EVP_aes_256_ctr.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.crypto.EVP_CIPHER_CTX_new())
        cipher = ctypes.c_void_p(self.crypto.EVP_aes_256_ctr())
        check(len(key) == 32 and len(counter) == 16, "AES-256-CTR expected")
        check(self.crypto.EVP_EncryptInit_ex(self.context, cipher, None, bytes(key), bytes(counter)) == 1, "libcrypto failed")

    def encrypt(self, data):
        data = bytes(data)
        out, size = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int(0)
        check(self.crypto.EVP_EncryptUpdate(self.context, out, ctypes.byref(size), data, len(data)) == 1, "libcrypto failed")
        return out.raw[: size.value]

    decrypt = encrypt


async def sign_in(client):
    if plan.get("bot_token"):
        await client.sign_in(bot_token=plan["bot_token"])
        return
    await client.send_code_request(plan["phone"])
    try:
        await client.sign_in(plan["phone"], plan["code"])
        check(not plan.get("password"), "the data centre did not ask for the password")
    except SessionPasswordNeededError:
        await client.sign_in(password=plan["password"])


async def main():
    with open(plan["public_key"], encoding="ascii") as key:
        rsa.add_key(key.read(), old=False)
    session = MemorySession()
    session.set_dc(plan["dc"], plan["host"], plan["port"])
    transport = plan["transport"]
    options = {}  # the defaults: one key exchange in 256 takes a second attempt, since Telethon hashes a key without its leading zeros
    if transport.endswith("+openssl"):
        transport = transport[: -len("+openssl")]
        aesctr.AESModeCTR.__init__ = lambda self, key, iv: setattr(self, "_aes", OpensslCtr(key, iv))
    if transport.startswith("mtproxy"):
        options["proxy"] = (plan["host"], plan["port"], plan["secret"])
    client = TelegramClient(session, 1, "hash", connection=CONNECTIONS[transport], **options)
    print(f"telethon {telethon.__version__}, layer {LAYER}, {plan['transport']}", flush=True)
    await client.connect()
    check(not await client.is_user_authorized(), "authorised before sign-in")
    await sign_in(client)
    me = await client.get_me()
    check(me.first_name == plan["name"], f"signed in as {me.first_name}, not {plan['name']}")
    print(f"signed in as {me.first_name}", flush=True)

    answers = Answers(lambda message: message.message)
    client.add_event_handler(lambda event: answers.add(event.message), events.NewMessage(incoming=True))

    if plan.get("bot_token"):
        # A bot cannot write to somebody who has not written to it.
        print("waiting to be greeted", flush=True)
        await answers.expect("hello")
    else:
        dialogs = await client.get_dialogs()
        titles = [d.title or d.name for d in dialogs]
        check(set(plan["dialogs"]) <= set(titles), f"dialogs {titles}")
        print(f"{len(dialogs)} dialogs", flush=True)
    text = random_text()
    sent = await client.send_message(plan["peer"], text)
    check(sent.id > 0, "no id for the sent message")
    await answers.expect("echo: " + text)
    if not plan.get("bot_token"):
        history = await client.get_messages(plan["peer"], limit=2)
        check([m.message for m in history] == ["echo: " + text, text], f"history {[m.message for m in history]}")
    print("message sent and answered", flush=True)

    for size in plan["files"]:
        content = random_file(size)
        file = io.BytesIO(content)
        file.name = "data.bin"
        await client.send_file(plan["peer"], file, force_document=True)
        returned = await answers.expect(f"file: {size} {hashlib.sha256(content).hexdigest()}")
        back = await client.download_media(returned, file=bytes)
        check(back == content, f"a file of {size} bytes came back different")
        print(f"file of {size} bytes sent, and received from the peer", flush=True)
    check(await client.log_out(), "could not log out")
    print("ok", flush=True)


asyncio.run(asyncio.wait_for(main(), 300))

"""TDLib against the loopback data centre, as users run it but for two tables in its data. Usage: tdlib_client.py PLAN (see run.py).

TDLib has no setting for another RSA key, and knows its data centres' addresses: a copy of the shared library has our key in the
place of Telegram's, of the same length, and 127.0.0.1 in the place of each address, where nothing listens. Its proxy leads it to us.
"""
import ctypes
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback

from plan import check, plan, random_file, random_text

TIMEOUT = 60


def library(folder):
    """Our copy of libtdjson, loaded."""
    found = next(pathlib.Path(plan["packages"], "tdlib").glob("lib/python*/site-packages/tdjson.libs/libtdjson*"))
    ours = pathlib.Path(plan["public_key"]).read_bytes().strip()
    begin, end = b"-----BEGIN RSA PUBLIC KEY-----\n", b"-----END RSA PUBLIC KEY-----"
    key = begin + b".{%d}" % (len(ours) - len(begin) - len(end)) + end
    image, keys = re.subn(key, ours, found.read_bytes(), flags=re.DOTALL)
    check(keys == 2, f"{keys} RSA keys in {found.name}, where the main and the test data centres' were expected")
    for address, here in ((rb"149\.154\.1[67]\d\.\d+", b"127.0.0.1"), (rb"2001:(?:b28|67c):[0-9a-f:]+", b"::1")):
        image, addresses = re.subn(rb"(?<=\0)" + address + rb"(?=\0)", lambda m, to=here: to.ljust(len(m.group()), b"\0"), image)
        check(addresses > 0, f"no addresses in {found.name}")
    for other in found.parent.iterdir():
        if other != found:
            shutil.copy(other, folder)
    (folder / "libtdjson.so").write_bytes(image)
    loaded = ctypes.CDLL(str(folder / "libtdjson.so"))
    loaded.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
    loaded.td_receive.argtypes = [ctypes.c_double]
    loaded.td_receive.restype = ctypes.c_char_p
    loaded.td_execute.argtypes = [ctypes.c_char_p]
    loaded.td_execute.restype = ctypes.c_char_p
    return loaded


class Refused(Exception):
    """An error of TDLib's or of the data centre's."""


class Client:
    """One TDLib client: requests with their answers, and updates until somebody waits for them."""

    def __init__(self, td, folder):
        self.td, self.folder = td, folder
        self.number = td.td_create_client_id()
        self.news, self.answers, self.updates, self.state, self.asked = threading.Condition(), {}, [], None, 0
        threading.Thread(target=self.receive, daemon=True).start()
        self.send({"@type": "getOption", "name": "version"})

    def send(self, request):
        self.td.td_send(self.number, json.dumps(request).encode())

    def receive(self):
        while True:
            received = self.td.td_receive(1.0)
            if not received:
                continue
            received = json.loads(received)
            with self.news:
                if "@extra" in received:
                    self.answers[received["@extra"]] = received
                elif received["@type"] == "updateAuthorizationState":
                    self.state = received["authorization_state"]["@type"].removeprefix("authorizationState")
                else:
                    self.updates.append(received)
                self.news.notify_all()

    def call(self, method, **fields):
        self.asked += 1
        number = self.asked
        self.send({"@type": method, "@extra": number} | fields)
        with self.news:
            check(self.news.wait_for(lambda: number in self.answers, TIMEOUT), f"no answer to {method}")
            answer = self.answers.pop(number)
        if answer["@type"] == "error":
            raise Refused(f"{method}: {answer['code']} {answer['message']}")
        return answer

    def until(self, *states):
        with self.news:
            check(self.news.wait_for(lambda: self.state in states, TIMEOUT), f"in state {self.state}, and not in {states}")

    def expect(self, wanted, what):
        """The next update that `wanted` holds of."""
        with self.news:
            end = time.monotonic() + TIMEOUT
            while True:
                for at, update in enumerate(self.updates):
                    if wanted(update):
                        return self.updates.pop(at)
                check(self.news.wait(end - time.monotonic()), f"no {what}")

    def expect_text(self, text):
        return self.expect(lambda u: u["@type"] == "updateNewMessage" and not u["message"]["is_outgoing"]
                           and text_of(u["message"]) == text, f"message '{text}'")["message"]

    def start(self):
        self.until("WaitTdlibParameters")
        self.send({"@type": "setNetworkType", "type": {"@type": "networkTypeNone"}})
        self.call("setTdlibParameters", database_directory=str(self.folder), use_message_database=True, api_id=1, api_hash="hash",
                  system_language_code="en", device_model="interop", application_version="1")
        self.call("addProxy", enable=True, proxy={"server": plan["host"], "port": plan["port"],
                                                  "type": {"@type": "proxyTypeMtproto", "secret": plan["secret"]}})
        self.call("setNetworkType", type={"@type": "networkTypeOther"})
        self.until("WaitPhoneNumber", "Ready")

    def say(self, chat, content):
        """Sends, and waits until the data centre has it."""
        pending = self.call("sendMessage", chat_id=chat, input_message_content=content)
        kinds = ("updateMessageSendSucceeded", "updateMessageSendFailed")
        done = self.expect(lambda u: u["@type"] in kinds and u["old_message_id"] == pending["id"], "end of sending")
        check(done["@type"] == kinds[0], f"sending failed: {done.get('error')}")
        return done["message"]


def text_of(message):
    content = message["content"]
    text = content.get("text") or content.get("caption")
    return text.get("text") if isinstance(text, dict) else None


def plain(text):
    return {"@type": "inputMessageText", "text": {"text": text}}


def refused(call, method, why, **fields):
    try:
        call(method, **fields)
    except Refused as answer:
        check(why in str(answer), f"{answer}, and not {why}")
    else:
        check(False, f"{method} was not refused")


def sign_in(client):
    if plan.get("bot_token"):
        client.call("checkAuthenticationBotToken", token=plan["bot_token"])
    else:
        client.call("setAuthenticationPhoneNumber", phone_number=plan["phone"])
        client.until("WaitCode")
        refused(client.call, "checkAuthenticationCode", "PHONE_CODE_INVALID", code="00000")
        client.call("checkAuthenticationCode", code=plan["code"])
        client.until("WaitPassword", "Ready")
        check((client.state == "WaitPassword") == bool(plan.get("password")), f"{client.state} after the code")
        if plan.get("password"):
            refused(client.call, "checkAuthenticationPassword", "PASSWORD_HASH_INVALID", password="wrong")
            client.call("checkAuthenticationPassword", password=plan["password"])
    client.until("Ready")


def read_dialogs(client):
    try:
        for limit in (1, 100, 100):  # until there are no more
            client.call("loadChats", limit=limit)
    except Refused as answer:
        check("404" in str(answer), str(answer))
    titles = [client.call("getChat", chat_id=one)["title"] for one in client.call("getChats", limit=100)["chat_ids"]]
    check(set(plan["dialogs"]) <= set(titles), f"dialogs {titles}")
    print(f"{len(titles)} dialogs", flush=True)


def read_history(client, chat, count):
    """The newest texts; TDLib gives fewer than it is asked for when it has some at hand."""
    texts, before = {}, 0
    while len(texts) < count:
        page = client.call("getChatHistory", chat_id=chat, limit=count, from_message_id=before)["messages"]
        new = {message["id"]: text_of(message) for message in page if message["id"] not in texts}
        check(new, f"only {len(texts)} messages in the history")
        texts |= new
        before = page[-1]["id"]
    return list(texts.values())[:count]


def make_group(client, peer):
    user = client.call("getChat", chat_id=peer)["type"]["user_id"]
    made = client.call("createNewBasicGroupChat", user_ids=[user], title="Made by TDLib")
    check(client.say(made["chat_id"], plain("hello"))["id"] > 0, "no id in a new group")
    channel = client.call("createNewSupergroupChat", title="Made by TDLib", description="")
    check(client.say(channel["id"], plain("hello"))["id"] > 0, "no id in a new supergroup")
    print("a group and a supergroup made", flush=True)


def main(folder):
    td = library(folder)
    verbosity = {"@type": "setLogVerbosityLevel", "new_verbosity_level": 3 if plan["verbose"] else 0}
    td.td_execute(json.dumps(verbosity).encode())
    client = Client(td, folder)
    client.start()
    print(f"tdlib {client.call('getOption', name='version')['value']}, {plan['transport']}", flush=True)
    sign_in(client)
    me = client.call("getMe")
    check(me["first_name"] == plan["name"], f"signed in as {me['first_name']}, not {plan['name']}")
    print(f"signed in as {me['first_name']}", flush=True)
    if plan.get("bot_token"):
        # TDLib is ready when it has asked where its updates stand, not when it knows: what comes in between is no news to it.
        # The answer to a later call shows that the data centre has heard the question.
        try:
            client.call("searchPublicChat", username="nobody_has_this_name")
        except Refused as refused:
            check("USERNAME_NOT_OCCUPIED" in str(refused), str(refused))
        print("waiting to be greeted", flush=True)
        peer = client.expect_text("hello")["chat_id"]
    else:
        read_dialogs(client)
        peer = client.call("searchPublicChat", username=plan["peer"])["id"]
    text = random_text()
    sent = client.say(peer, plain(text))
    client.expect_text("echo: " + text)
    if not plan.get("bot_token"):
        history = read_history(client, peer, 2)
        check(history == ["echo: " + text, text], f"history {history}")
        client.call("editMessageText", chat_id=peer, message_id=sent["id"], input_message_content=plain("edited"))
        make_group(client, peer)
    print("message sent and answered", flush=True)
    for size in plan["files"]:
        content = random_file(size)
        (folder / "data.bin").write_bytes(content)
        file = {"@type": "inputFileLocal", "path": str(folder / "data.bin")}
        client.say(peer, {"@type": "inputMessageDocument", "document": {"@type": "inputDocument", "document": file}})
        returned = client.expect_text(f"file: {size} {hashlib.sha256(content).hexdigest()}")["content"]["document"]["document"]
        back = client.call("downloadFile", file_id=returned["id"], priority=1, synchronous=True)
        check(pathlib.Path(back["local"]["path"]).read_bytes() == content, f"a file of {size} bytes came back different")
        print(f"file of {size} bytes sent, and received from the peer", flush=True)
    client.call("logOut")
    client.until("Closed")
    print("ok", flush=True)


with tempfile.TemporaryDirectory(prefix="interop-tdlib-") as scratch:
    failed = False
    try:
        main(pathlib.Path(scratch))
    except Exception:  # pylint: disable=broad-exception-caught
        failed = True
        traceback.print_exc()
sys.stdout.flush()
sys.stderr.flush()
os._exit(1 if failed else 0)  # TDLib's threads are still at work

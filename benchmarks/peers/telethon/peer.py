"""Telethon's side of the comparison, with cryptg: see ../ours/plan.hpp for the tasks and what is printed."""
import asyncio
import logging
import math
import os
import resource
import sys
import time

import cryptg  # noqa: F401  (Telethon takes it by itself; here it must be there)
from telethon import TelegramClient, functions, types
from telethon.crypto import AES, AuthKey, Factorization
from telethon.extensions import BinaryReader
from telethon.network.mtprotostate import MTProtoState
from telethon.sessions import MemorySession
from telethon.tl.alltlobjects import LAYER

PLAN = dict(word.split("=", 1) for word in sys.argv[2:])


def check(condition, what):
    if not condition:
        raise RuntimeError(what)


def read_file(name):
    with open(PLAN[name], "rb") as file:
        return file.read()


def row(name, value):
    print(f"row {name} {value:.6g}", flush=True)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def best_time(seconds, work):
    """The best of many batches of about a hundredth of a second of processor time, in seconds for one call."""
    first = time.process_time()
    work()
    batch = max(1, int(0.01 / max(time.process_time() - first, 1e-8)))
    best = math.inf
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = time.process_time()
        for _ in range(batch):
            work()
        best = min(best, (time.process_time() - start) / batch)
    return best


def percentile(values, share):
    return sorted(values)[int((len(values) - 1) * share)]


def codec():
    seconds, wire = float(PLAN["seconds"]), read_file("reply")
    request = functions.messages.SendMessageRequest(
        peer=types.InputPeerUser(5000000001, 0x5EEDF00D12345679), message="x" * 100, random_id=0x1122334455667788,
        entities=[types.MessageEntityBold(0, 10), types.MessageEntityItalic(20, 10), types.MessageEntityCode(40, 10)])
    check(bytes(request) == read_file("request"), "the request's bytes are not the expected ones")
    reply = BinaryReader(wire).tgread_object()
    check(bytes(reply) == wire, "the reply's bytes are not the expected ones")
    row("encode_request_ns", best_time(seconds, lambda: bytes(request)) * 1e9)
    row("decode_reply_us", best_time(seconds, lambda: BinaryReader(wire).tgread_object()) * 1e6)
    row("encode_reply_us", best_time(seconds, lambda: bytes(reply)) * 1e6)


def crypto():
    seconds = float(PLAN["seconds"])
    key, iv = b"\x5a" * 32, b"\xa5" * 32
    for size in (1, 16, 512):
        data = bytes(size * 1024)
        for name, work in (("encrypt", AES.encrypt_ige), ("decrypt", AES.decrypt_ige)):
            row(f"ige_{name}_{size}k_mbs", len(data) / best_time(seconds, lambda: work(data, key, iv)) / 1e6)
    loggers = {"telethon.network.mtprotostate": logging.getLogger("peer")}
    state = MTProtoState(AuthKey(bytes.fromhex(PLAN["packet_key"])), loggers)
    for size in (1, 64):
        body = bytes(size * 1024 + 16)  # with the message's id, number and length
        row(f"packet_write_{size}k_us", best_time(seconds, lambda: state.encrypt_message_data(body)) * 1e6)
    numbers = [int(text) for text in PLAN["pq"].split(",")]
    row("pq_us", best_time(seconds, lambda: [Factorization.factorize(pq) for pq in numbers]) / len(numbers) * 1e6)


async def connected():
    session = MemorySession()
    session.set_dc(int(PLAN["dc"]), PLAN["host"], int(PLAN["port"]))
    session.auth_key = AuthKey(bytes.fromhex(PLAN["key"]))
    client = TelegramClient(session, 1, "hash", receive_updates=False)
    await client.connect()
    return client


async def self_call(client):
    users = await client(functions.users.GetUsersRequest([types.InputUserSelf()]))
    check(len(users) == 1, "users.getUsers did not answer with one user")


async def history(client):
    reply = await client(functions.messages.GetHistoryRequest(
        peer=types.InputPeerChat(int(PLAN["chat"])), offset_id=0, offset_date=None, add_offset=0, limit=100, max_id=0, min_id=0, hash=0))
    check(reply.messages, "an answer without content")


async def measure(name, in_flight, seconds, call, client):
    for duration in (seconds / 5, seconds):  # the first to warm up
        latencies = []
        cpu, begin = cpu_seconds(), time.perf_counter()

        async def again():
            start = time.perf_counter()
            while start - begin < duration:
                await call(client)
                now = time.perf_counter()
                latencies.append(now - start)
                start = now

        await asyncio.gather(*(again() for _ in range(in_flight)))
        if duration != seconds:
            continue
        prefix = f"{name}_{in_flight}_"
        row(prefix + "cpu_us", (cpu_seconds() - cpu) / len(latencies) * 1e6)
        row(prefix + "rate", len(latencies) / (time.perf_counter() - begin))
        row(prefix + "p50_us", percentile(latencies, 0.5) * 1e6)
        row(prefix + "p99_us", percentile(latencies, 0.99) * 1e6)


async def rpc():
    client = await connected()
    await self_call(client)
    for in_flight in (1, 64):
        await measure("small", in_flight, float(PLAN["seconds"]), self_call, client)
        await measure("history", in_flight, float(PLAN["seconds"]), history, client)
    await client.disconnect()


async def connect():
    times, cpus = [], []
    for _ in range(int(PLAN["count"])):
        begin, cpu = time.perf_counter(), cpu_seconds()
        client = await connected()
        await self_call(client)
        times.append(time.perf_counter() - begin)
        cpus.append(cpu_seconds() - cpu)
        await client.disconnect()
    row("connect_ms", min(times) * 1e3)
    row("connect_p50_ms", percentile(times, 0.5) * 1e3)
    row("connect_cpu_ms", percentile(cpus, 0.5) * 1e3)


async def files():
    client = await connected()
    await self_call(client)
    content = read_file("file")
    megabytes = len(content) / 1e6

    async def timed(name, work):
        cpu, begin = cpu_seconds(), time.perf_counter()
        result = await work
        row(f"{name}_mbs", megabytes / (time.perf_counter() - begin))
        row(f"{name}_cpu_ms_per_mb", (cpu_seconds() - cpu) / megabytes * 1e3)
        return result

    await timed("upload", client.upload_file(content, part_size_kb=512, file_name="data.bin"))
    location = types.InputDocumentFileLocation(
        int(PLAN["file_id"]), int(PLAN["file_access_hash"]), bytes.fromhex(PLAN["file_reference"]), "")
    back = await timed("download", client.download_file(
        location, bytes, part_size_kb=512, file_size=len(content), dc_id=int(PLAN["dc"])))
    check(back == content, "the download is not the file")
    await client.disconnect()


async def memory():
    client = await connected()
    await self_call(client)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await client.disconnect()


TASK = sys.argv[1]
if TASK == "layer":
    print(LAYER)
elif TASK in ("codec", "crypto"):
    {"codec": codec, "crypto": crypto}[TASK]()
else:
    asyncio.run({"rpc": rpc, "connect": connect, "files": files, "memory": memory}[TASK]())
os._exit(0)  # its library leaves threads behind now and then

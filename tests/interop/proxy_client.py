"""clients/python against mtprotod; what is told and expected stands in proxy.py."""
import asyncio
import json
import resource
import sys
import time

began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import grpc.aio  # noqa: E402,F401

grpc_loaded, with_grpc = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from mtproto_proxy import RpcError, connect, pb, random_id, request, sync, tl, unwrap  # noqa: E402

PLAN = json.loads(sys.argv[1])
PREFIX = f"python {random_id()} "


def expect(condition, *what):
    if not condition:
        raise AssertionError(*what)


async def texts(updates, count):
    found = []
    while len(found) < count:
        event = await asyncio.wait_for(updates.__anext__(), 30)
        expect(not event.reset, "reset")
        match event.update:
            case pb.PredUpdateNewMessage(message=message) if unwrap(message).message.startswith(PREFIX):
                found.append(unwrap(message).message.removeprefix(PREFIX))
            case other:
                print("passed over", type(other).__name__)
    return found


async def main():
    writer, reader = PLAN["accounts"]
    async with connect(PLAN["target"], token=PLAN["token"], account=writer, timeout=30) as tg, \
            connect(PLAN["cut"], token=PLAN["token"], account=reader, timeout=30) as other:
        dialogs = await tg.messages.getDialogs(offset_peer=tl.inputPeerEmpty(), limit=20)
        print(f"{len(dialogs.dialogs)} dialogs; contract loaded in {1000 * (time.perf_counter() - grpc_loaded):.0f} ms with the first call, "
              f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - with_grpc) / 1024:.0f} MB "
              f"(gRPC: {1000 * (grpc_loaded - began):.0f} ms, {(with_grpc - before) / 1024:.0f} MB)")
        expect(dialogs.dialogs)
        found = await tg.contacts.resolveUsername(username=reader)
        user = unwrap(found.users[0])
        peer = tl.inputPeerUser(user_id=user.id, access_hash=user.access_hash)

        async def send(*numbers):
            for number in numbers:
                await tg.messages.sendMessage(peer=peer, message=f"{PREFIX}{number}", random_id=random_id())

        async with other.updates(kinds=["updateNewMessage"]) as updates:
            await send(0, 1, 2)
            expect(await texts(updates, 3) == ["0", "1", "2"])
            print("cut", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            await send(3, 4, 5)
            expect(await texts(updates, 3) == ["3", "4", "5"])
        await send(6, 7, 8)
        async with other.updates(kinds=["updateNewMessage"], cursor=updates.cursor) as updates:
            await send(9)
            expect(await texts(updates, 4) == ["6", "7", "8", "9"])

        try:
            await tg.messages.sendMessage(peer=tl.inputPeerUser(user_id=user.id, access_hash=user.access_hash ^ 1), message="x", random_id=1)
            raise AssertionError("a wrong access hash was accepted")
        except RpcError as error:
            expect((error.code, error.name, error.domain) == (400, "PEER_ID_INVALID", "telegram.org"), repr(error))
        state = await tg.invokeWithoutUpdates(query=request.updates.getState())
        expect(isinstance(state, pb.PredUpdatesState), state)
        async with connect(PLAN["target"], token="wrong", account=writer) as stranger:
            try:
                await stranger.updates.getState()
                raise AssertionError("a wrong token was accepted")
            except RpcError as error:
                expect(error.status.name == "UNAUTHENTICATED", repr(error))

    def without_asyncio():
        with sync.connect(PLAN["target"], token=PLAN["token"], account=writer, timeout=30) as tg, \
                sync.connect(PLAN["target"], token=PLAN["token"], account=reader, timeout=30) as other:
            with other.updates(kinds=["updateNewMessage"], cursor=updates.cursor) as missed:
                tg.messages.sendMessage(peer=peer, message=f"{PREFIX}10", random_id=random_id())
                text = ""
                while not text.startswith(PREFIX):
                    text = unwrap(next(missed).update.message).message
                expect(text == f"{PREFIX}10", text)

    await asyncio.wait_for(asyncio.to_thread(without_asyncio), 60)
    print("ok")


asyncio.run(main())

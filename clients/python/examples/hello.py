import asyncio
from mtproto_proxy import connect, random_id, tl, unwrap

async def main():
    async with connect("localhost:11011") as tg:
        await tg.messages.sendMessage(peer=tl.inputPeerSelf(), message="Hello MTProto", random_id=random_id())
        async for event in tg.updates(kinds=["updateNewMessage"]):
            print(unwrap(event.update.message))

asyncio.run(main())

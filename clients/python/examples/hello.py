import asyncio
from mtproto_proxy import connect, random_id, tl, unwrap

async def main():
    async with connect("localhost:11011") as tg, tg.updates(kinds=["updateNewMessage"]) as updates:
        bot = unwrap((await tg.contacts.resolveUsername(username="echo_bot")).users[0])
        peer = tl.inputPeerUser(user_id=bot.id, access_hash=bot.access_hash)
        await tg.messages.sendMessage(peer=peer, message="Hello MTProto", random_id=random_id())
        async for event in updates:
            print(unwrap(event.update.message))

asyncio.run(main())

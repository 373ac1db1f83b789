"""The package against a server of a few methods; no daemon is needed. Runs with pytest or unittest."""
import asyncio
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fake import Fake  # noqa: E402
from mtproto_proxy import EMPTY, FloodWait, RpcError, connect, fill, kind, pb, random_id, request, sync, tl, unwrap  # noqa: E402


class Oneofs(unittest.TestCase):
    def test_a_constructor_goes_where_its_type_is_wanted(self):
        peer = tl.inputPeerUser(user_id=1, access_hash=2)
        self.assertIsInstance(peer, pb.TypeInputPeer)
        self.assertEqual(pb.ReqMessagesSendMessage(peer=peer).peer.input_peer_user.access_hash, 2)
        self.assertEqual(kind(peer), "inputPeerUser")
        self.assertEqual(unwrap(peer).user_id, 1)

    def test_what_is_not_boxed_is_boxed_and_the_other_way(self):
        made = fill(pb.ReqMessagesSendMessage, {"peer": pb.PredInputPeerSelf(), "message": "x"})
        self.assertEqual(kind(made.peer), "inputPeerSelf")
        made = request.invokeWithLayer(layer=1, query=request.help.getConfig())
        self.assertEqual(made.query.WhichOneof("value"), "help_get_config")
        with self.assertRaisesRegex(TypeError, "TypeInputPeer cannot hold a TypeUser"):
            fill(pb.ReqMessagesSendMessage, {"peer": tl.user(id=1)})

    def test_names(self):
        self.assertEqual(kind(tl.updates.state(pts=1)), "updates.state")
        self.assertEqual(kind(tl.updates(date=1)), "updates")
        with self.assertRaises(AttributeError):
            tl.inputPeerNobody
        with self.assertRaisesRegex(TypeError, "has no field nonsense"):
            tl.inputPeerUser(nonsense=1)

    def test_match(self):
        match unwrap(tl.updateNewMessage(message=tl.message(id=5, message="hi"), pts=1)):
            case pb.PredUpdateNewMessage(message=message, pts=1):
                self.assertEqual(unwrap(message).message, "hi")
            case _:
                self.fail("not matched")

    def test_absent_and_empty(self):
        made = fill(pb.ReqMessagesSendMessage, {"message": "x", "entities": EMPTY, "reply_to": None})
        field = made.DESCRIPTOR.fields_by_name["entities"].number
        self.assertEqual(list(made.tl_empty_vectors), [field])
        self.assertFalse(made.HasField("reply_to"))

    def test_reserved_words(self):
        user = tl.user(id=1, self_=True)
        self.assertTrue(getattr(unwrap(user), "self"))

    def test_unknown_constructor(self):
        with self.assertRaises(ValueError):
            unwrap(pb.TypeUpdate())
        self.assertEqual(kind(pb.TypeUpdate()), "")


class Calls(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.fake = Fake().__enter__()
        self.tg = connect(self.fake.target, token="secret", timeout=20)
        self.bob = connect(self.fake.target, token="secret", account="bob", timeout=20)

    async def asyncTearDown(self):
        await self.tg.close()
        await self.bob.close()
        await asyncio.to_thread(self.fake.__exit__)

    async def send(self, text):
        return await self.bob.messages.sendMessage(peer=tl.inputPeerUser(user_id=1, access_hash=7), message=text, random_id=random_id())

    async def test_results(self):
        dialogs = await self.tg.messages.getDialogs(offset_peer=tl.inputPeerEmpty(), limit=20)
        self.assertIsInstance(dialogs, pb.PredMessagesDialogs)
        self.assertIs(await self.tg.account.updateStatus(offline=False), True)
        self.assertEqual([user.first_name for user in await self.tg.users.getUsers(id=[tl.inputUserSelf()])], ["Ada"])
        self.assertEqual((await self.tg.updates.getState()).pts, 5)
        self.assertEqual((await self.tg.invoke(request.updates.getState())).pts, 5)
        self.assertEqual((await self.tg.invokeWithoutUpdates(query=request.updates.getState())).pts, 6)
        with self.assertRaisesRegex(AttributeError, "TL has no method messages.sendMassage"):
            self.tg.messages.sendMassage

    async def test_errors(self):
        with self.assertRaises(FloodWait) as caught:
            await self.send("flood")
        self.assertEqual((caught.exception.code, caught.exception.name, caught.exception.value, caught.exception.seconds), (420, "FLOOD_WAIT", 17, 17))
        with self.assertRaises(RpcError) as caught:
            await self.tg.messages.sendMessage(peer=tl.inputPeerSelf(), message="x", random_id=1)
        self.assertEqual((caught.exception.code, caught.exception.name, caught.exception.text), (400, "PEER_ID_INVALID", "PEER_ID_INVALID"))
        async with connect(self.fake.target, token="wrong") as stranger:
            with self.assertRaises(RpcError) as caught:
                await stranger.updates.getState()
            self.assertEqual((caught.exception.domain, caught.exception.name), ("mtproto", "UNAUTHENTICATED"))
            with self.assertRaises(RpcError):
                async with stranger.updates():
                    pass
        with self.assertRaises(RpcError) as caught:
            await connect("127.0.0.1:1", timeout=5).updates.getState()
        self.assertEqual((caught.exception.code, caught.exception.status.name), (0, "UNAVAILABLE"))

    async def test_updates_go_on_after_a_disconnect(self):
        self.fake.breaks = 3
        async with self.tg.updates(kinds=["updateNewMessage"]) as updates:
            texts = []
            for number in range(5):
                await self.send(f"text {number}")
            async for event in updates:
                self.assertEqual((event.kind, event.users[2].first_name), ("updateNewMessage", "Bob"))
                texts.append(unwrap(event.update.message).message)
                if len(texts) == 5:
                    break
        self.assertEqual(texts, [f"text {number}" for number in range(5)])
        self.assertEqual(self.fake.opened, ["", "1", "2", "3"])

    async def test_a_cancelled_wait_loses_nothing(self):
        async with self.tg.updates() as updates:
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(updates.__anext__(), 0.05)
            await self.send("after the wait")
            event = await asyncio.wait_for(updates.__anext__(), 10)
            self.assertEqual(unwrap(event.update.message).message, "after the wait")

    async def test_reset_is_told(self):
        async for event in self.tg.updates(cursor="17"):
            self.assertTrue(event.reset)
            self.assertIsNone(event.update)
            break

    async def test_a_stream_is_refused_where_it_begins(self):
        def work():
            with sync.connect(self.fake.target, token="wrong", timeout=20) as tg, self.assertRaises(RpcError):
                tg.updates().__enter__()

        for self.fake.refusal_lasts in (0, 0.2):
            async with connect(self.fake.target, token="wrong", timeout=20) as tg:
                with self.assertRaises(RpcError):
                    await tg.updates().__aenter__()
            await asyncio.to_thread(work)

    async def test_without_asyncio(self):
        await self.send("before")

        def work():
            with sync.connect(self.fake.target, token="secret", timeout=20) as tg:
                with tg.updates(cursor="0") as updates:
                    self.assertEqual(unwrap(next(updates).update.message).message, "before")
                with self.assertRaises(FloodWait):
                    tg.messages.sendMessage(peer=tl.inputPeerUser(user_id=2, access_hash=7), message="flood", random_id=1)

        await asyncio.to_thread(work)


if __name__ == "__main__":
    unittest.main()

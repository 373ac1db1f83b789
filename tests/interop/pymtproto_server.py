#!/usr/bin/env python3
"""A data centre that is not ours: sessions and transports of pyMTProto (PyPI mtproto), types of Telethon. For pymtproto.py.

It makes no keys: everybody shares the one that its ready line has. Its sessions check salts and identifiers as Telegram does,
whose answers it then gives. Lines on standard input, each answered by one:

    salts     from now on there is another salt, and no other is good
    forget    sessions begin anew
    drop      connections are closed
    say TEXT  a message for whoever is there
    rejected  how often a message was rejected for another reason than its salt
    salted    how often for its salt

Ends with its input.
"""
import asyncio
import base64
import datetime
import json
import os
import random
import struct
import sys
import time

from mtproto.enums import ConnectionRole
from mtproto.session import Session
from mtproto.session.messages import Data
from mtproto.session.msg_id import MsgId
from mtproto.session.seq_no import SeqNo
from mtproto.session.service_messages.bad_msg_notification import BadMsgNotification
from mtproto.session.service_messages.bad_server_salt import BadServerSalt
from mtproto.session.service_messages.new_session_created import NewSessionCreated
from telethon.extensions import BinaryReader
from telethon.tl import TLObject, core, functions, types

NOW = datetime.datetime.now(datetime.timezone.utc)
RPC_RESULT, RPC_ERROR, PONG, FUTURE_SALTS, STATES = 0xF35C6D01, 0x2144CA19, 0x347773C5, 0xAE500895, 0x04DEB57D
ADA = types.User(id=9000, access_hash=77, is_self=True, first_name="Ada", username="ada")



def with_constructor(message):
    """pyMTProto's servers send these without the number of their constructor, which its clients would not understand either."""
    bare = message.serialize
    message.serialize = lambda self: message.__tl_id_bytes__ + bare(self)


for kind in (NewSessionCreated, BadServerSalt, BadMsgNotification):
    with_constructor(kind)


class Watched(Session):
    """A session that counts what it rejects."""

    def __init__(self, centre):
        # A key that is only given when it is asked for would be too late: the packet that asked is never forgotten then.
        super().__init__(ConnectionRole.SERVER, auth_key=centre.key)
        self.centre = centre
        self._msg_id = centre.ids # one's own would begin anew with each connection, and repeat those of the same second
        self.set_salts(centre.salts)

    def _send_bad_msg_notification(self, msg_id, msg_seqno, error):
        self.centre.rejected += 1
        print("rejected", msg_id, msg_seqno, error, file=sys.stderr, flush=True)
        super()._send_bad_msg_notification(msg_id, msg_seqno, error)

    def begin(self):
        """Begins a session where the next packet is of another one. pyMTProto does so only after it has answered a wrong salt, then to session 0."""
        packet = self._conn.peek_packet()
        if packet is not None:
            said = packet.decrypt(self._auth_key, ConnectionRole.CLIENT)
            if said.session_id != self._session_id:
                self._session_id, self._seq_no = said.session_id, SeqNo()
                salt = int.from_bytes(self.get_salt(), "little", signed=True)
                # What makes a session another one for its client is this identifier, for which pyMTProto takes the session's.
                self.queue(NewSessionCreated(first_msg_id=said.message_id, unique_id=random.getrandbits(63), server_salt=salt).serialize())

    def check_salt(self, salt):
        good = super().check_salt(salt)
        self.centre.salted += not good
        return good


class Centre:
    def __init__(self):
        self.key, self.ids = os.urandom(256), MsgId(ConnectionRole.SERVER)
        self.rejected = self.salted = 0
        self.salts, self.live, self.pts = [], {}, 1
        self.change_salts()

    def change_salts(self):
        # A salt serves a quarter of an hour after it began, or the server would still take the one before.
        self.salts = [(random.randbytes(8), int(time.time()) - 900)]
        for session in self.live.values():
            session.set_salts(self.salts)

    def message(self, text):
        self.pts += 1
        return types.UpdateNewMessage(types.Message(id=self.pts, peer_id=types.PeerUser(ADA.id), date=NOW, message=text, from_id=types.PeerUser(ADA.id)),
                                      pts=self.pts, pts_count=1)

    def answer(self, request):
        """The result of a call, as bytes."""
        while hasattr(request, "query"): # invokeWithLayer, initConnection
            request = request.query
        match request:
            case functions.help.GetConfigRequest():
                here = types.DcOption(id=2, ip_address="127.0.0.1", port=self.port)
                words = {name: 0 for name in types.Config.__init__.__annotations__ if name.endswith(("_max", "_ms", "_limit", "_recent_limit"))}
                return bytes(types.Config(**words | dict(
                    date=NOW, expires=NOW + datetime.timedelta(hours=1), test_mode=False, this_dc=2, dc_options=[here], dc_txt_domain_name="",
                    rating_e_decay=0, channels_read_media_period=0, me_url_prefix="https://t.me/", webfile_dc_id=2)))
            case functions.help.GetNearestDcRequest():
                return bytes(types.NearestDc("DE", 2, 2))
            case functions.users.GetUsersRequest():
                return struct.pack("<Ii", 0x1CB5C415, 1) + bytes(ADA)
            case functions.updates.GetStateRequest():
                return bytes(types.updates.State(pts=self.pts, qts=0, date=NOW, seq=0, unread_count=0))
            case functions.updates.GetDifferenceRequest():
                return bytes(types.updates.DifferenceEmpty(date=NOW, seq=0))
            case functions.messages.SendMessageRequest():
                return bytes(types.Updates([types.UpdateMessageID(self.pts + 1, request.random_id), self.message(request.message)],
                                           users=[ADA], chats=[], date=NOW, seq=0))
        return struct.pack("<Ii", RPC_ERROR, 400) + TLObject.serialize_bytes("METHOD_INVALID")

    def receive(self, session, event):
        if isinstance(event, Data):
            request = BinaryReader(event.data).tgread_object()
            if isinstance(request, core.GzipPacked):
                request = BinaryReader(request.data).tgread_object()
            match request:
                case functions.PingRequest() | functions.PingDelayDisconnectRequest():
                    session.queue(struct.pack("<Iqq", PONG, event.message_id, request.ping_id), response=True)
                case functions.GetFutureSaltsRequest():
                    salt, since = self.salts[0]
                    session.queue(struct.pack("<IqIIII", FUTURE_SALTS, event.message_id, int(time.time()), 1, since, since + 1800) + salt,
                                  response=True)
                case types.MsgsStateReq(): # asked for what went under with a connection: nothing is known of it
                    told = TLObject.serialize_bytes(b"\x01" * len(request.msg_ids))
                    session.queue(struct.pack("<Iq", STATES, event.message_id) + told, response=True)
                case _:
                    session.ack_msg_id(event.message_id)
                    session.queue(struct.pack("<Iq", RPC_RESULT, event.message_id) + self.answer(request), True, True)

    async def serve(self, reader, writer):
        session = Watched(self)
        self.live[writer] = session
        try:
            while data := await reader.read(1 << 16):
                session.data_received(data)
                while session._received or session._conn.has_packet():
                    if not session._received:
                        session.begin()
                    self.receive(session, session.next_event())
                writer.write(session.send(None))
        except ConnectionError:
            pass
        finally:
            del self.live[writer]
            writer.close()

    def obey(self, line):
        verb, _, rest = line.partition(" ")
        if verb == "salts":
            self.change_salts()
        elif verb == "forget":
            for session in self.live.values():
                session._session_id = 0
        elif verb == "drop":
            for writer in self.live:
                writer.close()
        elif verb == "say":
            update = bytes(types.Updates([self.message(rest)], users=[ADA], chats=[], date=NOW, seq=0))
            for writer, session in self.live.items():
                writer.write(session.send(update, content_related=True))
        elif verb in ("rejected", "salted"):
            return getattr(self, verb)
        else:
            return "unknown command " + verb
        return "done"

    async def run(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        host, self.port = server.sockets[0].getsockname()
        print(json.dumps({"host": host, "port": self.port, "auth_key": base64.b64encode(self.key).decode()}), flush=True)
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := await commands.readline():
            print(self.obey(line.decode().rstrip("\n")), flush=True)


asyncio.run(Centre().run())

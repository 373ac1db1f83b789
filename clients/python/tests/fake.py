"""A proxy of a few methods for tests: every account gets what another sends, and the stream can be broken at will.

    with Fake(*sys.argv[1:]) as fake: connect(fake.target, token="secret", account="ada")

As a program, fake.py [TOKEN], it serves on loopback, prints {"target", "token", "accounts"} as JSON on one line, and stops at the end of its input.
"""
import json
import sys
import threading
import time
from concurrent import futures

import grpc

from mtproto_proxy import _contract, kind, pb, tl, unwrap

NUMBERS = {"ada": 1, "bob": 2}


def details(code, message, reason, domain, metadata, seconds=None):
    Status, ErrorInfo = _contract.message_class("mtproto_proxy.Status"), _contract.message_class("mtproto_proxy.ErrorInfo")
    parts = [{"type_url": "type.googleapis.com/google.rpc.ErrorInfo",
              "value": ErrorInfo(reason=reason, domain=domain, metadata=metadata).SerializeToString()}]
    if seconds is not None:
        retry = _contract.message_class("mtproto_proxy.RetryInfo")(retry_delay={"seconds": seconds})
        parts.append({"type_url": "type.googleapis.com/google.rpc.RetryInfo", "value": retry.SerializeToString()})
    return Status(code=code, message=message, details=parts).SerializeToString()


class Fake:
    def __init__(self, token="secret"):
        self.token, self.changed, self.log = token, threading.Condition(), {name: [] for name in NUMBERS}
        self.breaks, self.opened, self.stopped = 0, [], False  # breaks: streams that end UNAVAILABLE after one update
        self.refusal_lasts = 0  # seconds between the headers and the status of a stream without a token

    def __enter__(self):
        self.server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        self.server.add_generic_rpc_handlers([self])
        self.target = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()
        return self

    def __exit__(self, *_):
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        self.server.stop(0).wait()

    def service(self, details):  # grpc.GenericRpcHandler
        service, name = details.method.strip("/").split("/")
        try:
            _, request, result = _contract.rpc(service, name)
        except KeyError:
            return None
        if service == "mtproto.UpdateStreamer":
            return grpc.unary_stream_rpc_method_handler(self.listen, request.FromString, result.SerializeToString)
        return grpc.unary_unary_rpc_method_handler(getattr(self, name), request.FromString, result.SerializeToString)

    def account(self, context):
        given = dict(context.invocation_metadata())
        if given.get("authorization") != f"Bearer {self.token}":
            if self.refusal_lasts:
                context.send_initial_metadata(())
                time.sleep(self.refusal_lasts)
            context.set_trailing_metadata((("grpc-status-details-bin", details(16, "no token", "UNAUTHENTICATED", "mtproto", {})),))
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "no access token, or an unknown one")
        return given.get("mtproto-account", "ada")

    def fail(self, context, status, number, name, value=None):
        text = name if value is None else f"{name}_{value}"
        metadata = {"code": str(number), "text": text} | ({} if value is None else {"value": str(value)})
        packed = details(status.value[0], text, name, "telegram.org", metadata, value if number == 420 else None)
        context.set_trailing_metadata((("grpc-status-details-bin", packed),))
        context.abort(status, text)

    def MessagesGetDialogs(self, request, context):
        me = self.account(context)
        if not request.HasField("offset_peer"):
            self.fail(context, grpc.StatusCode.INVALID_ARGUMENT, 400, "INPUT_REQUEST_INVALID")
        others = [name for name in NUMBERS if name != me]
        return tl.messages.dialogs(
            dialogs=[tl.dialog(peer=tl.peerUser(user_id=NUMBERS[name]), unread_count=3) for name in others],
            users=[tl.user(id=NUMBERS[name], access_hash=7, first_name=name.title(), username=name) for name in others])

    def MessagesSendMessage(self, request, context):
        me = self.account(context)
        if request.message == "flood":
            self.fail(context, grpc.StatusCode.RESOURCE_EXHAUSTED, 420, "FLOOD_WAIT", 17)
        if kind(request.peer) != "inputPeerUser" or unwrap(request.peer).user_id not in NUMBERS.values() or unwrap(request.peer).access_hash != 7:
            self.fail(context, grpc.StatusCode.INVALID_ARGUMENT, 400, "PEER_ID_INVALID")
        other = next(name for name, number in NUMBERS.items() if number == unwrap(request.peer).user_id)
        with self.changed:
            number = 1000 + len(self.log[other])
            update = tl.updateNewMessage(pts=number, pts_count=1, message=tl.message(
                id=number, peer_id=tl.peerUser(user_id=NUMBERS[me]), message=request.message, date=1))
            user = tl.user(id=NUMBERS[me], first_name=me.title())
            self.log[other].append(pb.Update(cursor=str(len(self.log[other]) + 1), update=update, users=[user]))
            self.changed.notify_all()
        return tl.updateShortSentMessage(id=number, date=1)

    def UsersGetUsers(self, request, context):
        self.account(context)
        return pb.TypeVectorUser(values=[tl.user(id=NUMBERS["ada"], first_name="Ada")])

    def ContactsResolveUsername(self, request, context):
        self.account(context)
        if request.username not in NUMBERS:
            self.fail(context, grpc.StatusCode.INVALID_ARGUMENT, 400, "USERNAME_NOT_OCCUPIED")
        number = NUMBERS[request.username]
        return tl.contacts.resolvedPeer(peer=tl.peerUser(user_id=number), users=[tl.user(id=number, access_hash=7)])

    def AccountUpdateStatus(self, request, context):
        self.account(context)
        return pb.TypeBool(value=True)

    def UpdatesGetState(self, request, context):
        self.account(context)
        return tl.updates.state(pts=5)

    def InvokeWithoutUpdates(self, request, context):
        self.account(context)
        return pb.AnyResult(updates_state=tl.updates.state(pts=6))

    def listen(self, request, context):
        log = self.log[self.account(context)]
        self.opened.append(request.cursor)
        place = int(request.cursor or len(log))
        context.send_initial_metadata((("mtproto-cursor", str(place)),))
        if place > len(log):
            yield pb.Update(cursor=str(len(log)), reset=True)
            place = len(log)
        with self.changed:
            context.add_callback(self.wake)
        while context.is_active():
            with self.changed:
                self.changed.wait_for(lambda: len(log) > place or self.stopped or not context.is_active())
                fresh, first, place = log[place:], place, len(log)
            if self.stopped:
                return
            for number, update in enumerate(fresh, first + 1):
                if not request.kinds or kind(update.update) in request.kinds:
                    yield update
                else:
                    yield pb.Update(cursor=str(number))
                if self.breaks:
                    self.breaks -= 1
                    context.abort(grpc.StatusCode.UNAVAILABLE, "broken on purpose")

    def wake(self):
        with self.changed:
            self.changed.notify_all()


if __name__ == "__main__":
    with Fake(*sys.argv[1:]) as fake:
        print(json.dumps({"target": fake.target, "token": fake.token, "accounts": list(NUMBERS)}), flush=True)
        sys.stdin.read()

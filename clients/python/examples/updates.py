"""Prints new messages as they come. The place reached is kept in a file, so the next run goes on there."""
import asyncio
import os
import pathlib
import sys

from mtproto_proxy import RpcError, connect, pb, unwrap

PLACE = pathlib.Path(os.environ.get("CURSOR_FILE", "updates.cursor"))
PROXY, TOKEN, ACCOUNT = os.environ.get("PROXY", "localhost:11011"), os.environ.get("TOKEN", ""), os.environ.get("ACCOUNT", "")


async def main():
    cursor = PLACE.read_text() if PLACE.exists() else ""
    async with connect(PROXY, token=TOKEN, account=ACCOUNT) as tg:
        async with tg.updates(kinds=["updateNewMessage", "updateNewChannelMessage"], cursor=cursor) as updates:
            print("listening", flush=True)
            async for event in updates:
                match event.update:
                    case pb.PredUpdateNewMessage(message=message) | pb.PredUpdateNewChannelMessage(message=message):
                        match unwrap(message):
                            case pb.PredMessage(id=number, message=text):
                                print(f"{number}: {text}", flush=True)
                    case None if event.reset:
                        print("too long away: read the dialogs anew", flush=True)
                PLACE.write_text(event.cursor)


if len(sys.argv) != 1:
    print("usage: updates.py, which takes no arguments; PROXY, TOKEN, ACCOUNT and CURSOR_FILE of the environment say where from", file=sys.stderr)
    sys.exit(2)
try:
    asyncio.run(main())
except RpcError as error:
    sys.exit(f"no updates from {PROXY}: {error}")
except KeyboardInterrupt:
    pass

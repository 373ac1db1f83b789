"""What the clients for Python share: the plan (see run.py), and answers that somebody waits for."""
import asyncio
import json
import os
import sys

plan = json.loads(sys.argv[1])


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def random_text():
    return f"ping {os.urandom(4).hex()} ä€"


def random_file(size):
    """Random, but cheap to make."""
    return (os.urandom(1 << 16) * (size // (1 << 16) + 1))[:size]


class Answers:
    """Incoming messages, until somebody waits for them."""

    def __init__(self, text_of):
        self.queue, self.text_of = asyncio.Queue(), text_of

    async def add(self, message):
        await self.queue.put(message)

    async def expect(self, wanted):
        """The next message whose text is `wanted`."""
        while True:
            message = await asyncio.wait_for(self.queue.get(), 90)
            text = self.text_of(message)
            if text == wanted:
                return message
            print(f"passed over: {text}", flush=True)

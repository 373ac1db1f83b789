"""The contract's descriptors, in a pool of their own: no clash with other code that was generated from the same .proto files."""
from __future__ import annotations

import functools
import pathlib
import typing

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

if typing.TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message


class Rpc(typing.NamedTuple):
    path: str
    request: typing.Any  # classes of messages
    result: typing.Any


@functools.lru_cache(maxsize=None)
def pool() -> descriptor_pool.DescriptorPool:
    path = pathlib.Path(__file__).with_name("contract.binpb")
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    made = descriptor_pool.DescriptorPool()
    for file in descriptors.file:
        made.AddSerializedFile(file.SerializeToString())
    return made


@functools.lru_cache(maxsize=None)
def _class_maker() -> typing.Callable[[Descriptor], type[Message]]:
    """protobuf before 4.22 has no GetMessageClass, and today's has no MessageFactory. One factory, so that each message has one class."""
    if found := getattr(message_factory, "GetMessageClass", None):
        return typing.cast("typing.Callable[[Descriptor], type[Message]]", found)
    factory = getattr(message_factory, "MessageFactory")(pool())
    return typing.cast("typing.Callable[[Descriptor], type[Message]]", factory.GetPrototype)


@functools.lru_cache(maxsize=None)
def message_class(full_name: str) -> typing.Any:
    """The class of a message; KeyError if the contract has none of this name."""
    return _class_maker()(pool().FindMessageTypeByName(full_name))


@functools.lru_cache(maxsize=None)
def method(tl_name: str) -> Rpc:
    """The path of messages.sendMessage's rpc, and the classes of its request and result. KeyError if there is none."""
    name = "".join(part[:1].upper() + part[1:] for part in tl_name.split("."))
    return rpc("mtproto.Mtproto", name)


@functools.lru_cache(maxsize=None)
def rpc(service: str, name: str) -> Rpc:
    found = pool().FindServiceByName(service).methods_by_name[name]
    return Rpc(f"/{service}/{name}", message_class(found.input_type.full_name), message_class(found.output_type.full_name))

"""The contract's descriptors, in a pool of their own: no clash with other code that was generated from the same .proto files."""
import functools
import pathlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


@functools.lru_cache(maxsize=None)
def pool():
    path = pathlib.Path(__file__).with_name("contract.binpb")
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    made = descriptor_pool.DescriptorPool()
    for file in descriptors.file:
        made.AddSerializedFile(file.SerializeToString())
    return made


@functools.lru_cache(maxsize=None)
def message_class(full_name):
    """The class of a message; KeyError if the contract has none of this name."""
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(full_name))


@functools.lru_cache(maxsize=None)
def method(tl_name):
    """The path of messages.sendMessage's rpc, and the classes of its request and result. KeyError if there is none."""
    name = "".join(part[:1].upper() + part[1:] for part in tl_name.split("."))
    return rpc("mtproto.Mtproto", name)


@functools.lru_cache(maxsize=None)
def rpc(service, name):
    found = pool().FindServiceByName(service).methods_by_name[name]
    return f"/{service}/{name}", message_class(found.input_type.full_name), message_class(found.output_type.full_name)

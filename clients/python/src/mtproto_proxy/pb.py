"""The messages of the contract by their names, as pb.PredUpdateNewMessage; made when they are first asked for.

pb.AnyUpdate is the union of the constructors that a TypeUpdate can hold, for annotations.
"""
import typing

from . import _contract


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        found = _contract.message_class("mtproto." + name)
    except KeyError:
        found = _union(name)
    globals()[name] = found
    return found


def _union(name):
    try:
        box = _contract.message_class("mtproto.Type" + name[3:]) if name.startswith("Any") else None
        fields = box.DESCRIPTOR.oneofs_by_name["value"].fields if box else []
    except KeyError:
        fields = []
    if not fields:
        raise AttributeError(f"the contract has no message {name}")
    return typing.Union[tuple(_contract.message_class(field.message_type.full_name) for field in fields)]

"""Between the contract's oneofs and values as one writes them in Python."""
from __future__ import annotations

import functools
import typing

from . import _contract

if typing.TYPE_CHECKING:
    from google.protobuf.message import Message

    from . import pb

    T = typing.TypeVar("T")

EMPTY: typing.Any = type("Empty", (), {"__repr__": lambda self: "EMPTY", "__doc__": "A vector that is there and has no elements; an empty list counts as absent."})()


@functools.lru_cache(maxsize=None)
def _field_for(box: typing.Any, inner: typing.Any) -> str | None:
    """The name of the field of `box`'s oneof that holds `inner`, both descriptors; None if there is none."""
    oneof = box.oneofs_by_name.get("value")
    for field in oneof.fields if oneof else ():
        if field.message_type is inner:
            return typing.cast(str, field.name)
    return None


def box(value: Message, wanted: typing.Any) -> typing.Any:
    """`value` as the message that `wanted` describes: itself, put into a oneof, or taken out of one."""
    given = getattr(value, "DESCRIPTOR", None)
    if given is wanted or given is None:
        return value  # protobuf itself says what is wrong with other things
    if name := _field_for(wanted, given):
        return _contract.message_class(wanted.full_name)(**{name: value})
    if _field_for(given, wanted) == value.WhichOneof("value") is not None:
        return getattr(value, value.WhichOneof("value"))
    for field in (wanted.oneofs_by_name["value"].fields if "value" in wanted.oneofs_by_name else ()):
        if _field_for(field.message_type, given):  # AnyResult over TypeX over PredX
            return box(box(value, field.message_type), wanted)
    raise TypeError(f"a {wanted.name} cannot hold a {given.name}")


def fill(message: type[T], values: typing.Mapping[str, typing.Any]) -> T:
    """A new `message` (a class) with the fields of `values`; None is absent, names that Python reserves end in _."""
    described = typing.cast(typing.Any, message).DESCRIPTOR
    fields = described.fields_by_name
    out: dict[str, typing.Any] = {}
    empty = []
    for name, value in values.items():
        if value is None:
            continue
        field = fields.get(name) or fields.get(name.removesuffix("_"))
        if field is None:
            raise TypeError(f"{described.name} has no field {name}; it has {', '.join(fields) or 'none'}")
        if value is EMPTY:
            empty.append(field.number)
        elif field.message_type is None:
            out[field.name] = value
        elif _is_repeated(field):
            out[field.name] = [box(element, field.message_type) for element in value]
        else:
            out[field.name] = box(value, field.message_type)
    if empty:
        out["tl_empty_vectors"] = empty
    return message(**out)


def _is_repeated(field: typing.Any) -> bool:
    try:
        return bool(field.is_repeated)  # protobuf 6
    except AttributeError:
        return bool(field.label == field.LABEL_REPEATED)


@functools.lru_cache(maxsize=None)
def _shape(descriptor: typing.Any) -> str:
    """How unwrap() treats a message: by its oneof, as a value, as a list, or not at all."""
    if "value" in descriptor.oneofs_by_name:
        return "oneof"
    if descriptor.full_name.startswith("mtproto.Type"):
        names = [field.name for field in descriptor.fields]
        if names[:1] == ["value"]:
            return "value"
        if names[:1] == ["values"]:
            return "list"
    return "plain"


@typing.overload
def unwrap(message: pb.Boxed[T]) -> T: ...
@typing.overload
def unwrap(message: Message) -> typing.Any: ...


def unwrap(message: typing.Any) -> typing.Any:
    """What is in a oneof (TypePeer -> PredPeerUser), a vector (a list) or a plain result (bool, int, str); any other message itself.

    ValueError if the oneof holds nothing that this package knows, as from a proxy with a newer layer.
    """
    shape = _shape(message.DESCRIPTOR)
    if shape == "oneof":
        which = message.WhichOneof("value")
        if which is None:
            raise ValueError(f"a {message.DESCRIPTOR.name} that is empty, or whose constructor this package does not know")
        inner = getattr(message, which)
        return inner if inner.DESCRIPTOR.name.startswith("Pred") else unwrap(inner)
    if shape == "value":
        return message.value
    if shape == "list":
        return [unwrap(value) if hasattr(value, "DESCRIPTOR") else value for value in message.values]
    return message


@functools.lru_cache(maxsize=None)
def _tl_names() -> dict[str, str]:
    from ._names import CONSTRUCTORS

    return {message: name for name, (message, _) in CONSTRUCTORS.items()}


def kind(message: Message) -> str:
    """TL's name of the constructor, as "updateNewMessage", of a oneof or of what is in it; "" if it holds nothing known."""
    if _shape(message.DESCRIPTOR) == "oneof":
        if message.WhichOneof("value") is None:
            return ""
        message = unwrap(message)
    return _tl_names().get(message.DESCRIPTOR.name, "")

"""TL's constructors by TL's names: tl.inputPeerUser(user_id=1, access_hash=2), tl.messages.messagesSlice(...).

Each gives the boxed message (a TypeInputPeer), which goes wherever that type is wanted. Arguments may be boxed or not.
"""
from . import _contract, _names
from ._convert import EMPTY, box, fill  # noqa: F401  EMPTY is part of the interface


class _Constructor:
    """One name: a constructor, a namespace, or both as `updates` is."""

    def __init__(self, name):
        self._name = name
        self.__name__ = self.__qualname__ = name.rpartition(".")[2]

    def __call__(self, /, **fields):
        row = _names.CONSTRUCTORS.get(self._name)
        if row is None:
            raise AttributeError(f"TL has no constructor {self._name}")
        inner = fill(_contract.message_class("mtproto." + row[0]), fields)
        return box(inner, _contract.pool().FindMessageTypeByName("mtproto." + row[1]))

    def __getattr__(self, name):
        full = f"{self._name}.{name.removesuffix('_')}"
        if name.startswith("__") or full not in _names.CONSTRUCTORS:
            raise AttributeError(f"TL has no constructor {full}")
        made = _Constructor(full)
        setattr(self, name, made)
        return made

    def __repr__(self):
        return f"<constructor {self._name}>"


_SPACES = {name.partition(".")[0] for name in _names.CONSTRUCTORS if "." in name}


def __getattr__(name):
    plain = name.removesuffix("_") if name not in _names.CONSTRUCTORS else name
    if name.startswith("__") or (plain not in _names.CONSTRUCTORS and plain not in _SPACES):
        raise AttributeError(f"TL has no constructor {name}")
    made = _Constructor(plain)
    globals()[name] = made
    return made

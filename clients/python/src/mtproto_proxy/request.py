"""TL's methods by TL's names, as messages: request.messages.getHistory(peer=...), for invoke() and for invokeWith... calls."""
from . import _contract
from ._convert import EMPTY, fill  # noqa: F401  EMPTY is part of the interface


class _Method:
    def __init__(self, name):
        self._name = name

    def __call__(self, /, **fields):
        try:
            _, request, _ = _contract.method(self._name)
        except KeyError:
            raise AttributeError(f"TL has no method {self._name}") from None
        return fill(request, fields)

    def __getattr__(self, name):
        if name.startswith("__") or "." in self._name:
            raise AttributeError(name)
        made = _Method(f"{self._name}.{name}")
        setattr(self, name, made)
        return made


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Method(name)

"""Takes a wall out of one of the product's Python functions for a while, wherever the function is used: its code is changed in place."""

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recode:
    """One function, by module and name, in whose text some words are replaced; they have to be there."""

    module: str
    function: str
    wall: str
    instead: str


def answers(module: str, function: str, value: str = "None") -> Recode:
    """The function asks nothing any more and answers this."""
    return Recode(module, function, "", value)


@contextmanager
def recoded(change: Recode) -> Iterator[None]:
    """The product with that change, in this process."""
    module = importlib.import_module(change.module)
    function: Any = inspect.unwrap(getattr(module, change.function))
    kept = function.__code__
    made: dict[str, Any] = {}
    exec(compile(changed(function, change), module.__file__ or "", "exec"), module.__dict__, made)
    function.__code__ = made[change.function].__code__
    try:
        yield
    finally:
        function.__code__ = kept


def changed(function: Any, change: Recode) -> str:
    """The text of the function after the change, without its decorators and annotations that matter to nobody here."""
    text = textwrap.dedent(inspect.getsource(function))
    text = text[text.index("def ") :]
    if not change.wall:
        names = ", ".join(inspect.signature(function).parameters)
        return f"def {change.function}({names}):\n    return {change.instead}\n"
    assert change.wall in text, (change.function, change.wall)
    return text.replace(change.wall, change.instead)

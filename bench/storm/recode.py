"""Takes a wall out of one of the product's Python functions for a while, wherever the function is used: its code is changed in place."""

import importlib
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recode:
    """One function, by module and name, in whose text some words are replaced, and `more` of them; they have to be there."""

    module: str
    function: str
    wall: str
    instead: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What is replaced by what."""
        return ((self.wall, self.instead), *self.more)


def answers(module: str, function: str, value: str = "None") -> Recode:
    """The function asks nothing any more and answers this."""
    return Recode(module, function, "", value)


def together(changes: Iterable[Recode]) -> tuple[Recode, ...]:
    """The same changes, those of one function in one."""
    made: dict[tuple[str, str], Recode] = {}
    for one in changes:
        key = one.module, one.function
        held = made.get(key)
        made[key] = Recode(*key, held.wall, held.instead, held.more + one.changes) if held else one
    return tuple(made.values())


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


def source_of(function: Any) -> str:
    """The text of a function, without its decorators."""
    text = textwrap.dedent(inspect.getsource(function))
    return text[text.index("def ") :]


def names_of(function: Any) -> list[str]:
    """The names it is called with; those after the star only by name, so that what it supplies by itself is still supplied."""
    kinds = inspect.signature(function).parameters
    named = [name for name, one in kinds.items() if one.kind is inspect.Parameter.KEYWORD_ONLY]
    return [name for name in kinds if name not in named] + (["*", *named] if named else [])


def changed(function: Any, change: Recode) -> str:
    """The text of the function after the change, without its decorators and annotations that matter to nobody here."""
    text = source_of(function)
    if not change.wall:
        return f"def {change.function}({', '.join(names_of(function))}):\n    return {change.instead}\n"
    for wall, instead in change.changes:
        assert wall in text, (change.function, wall)
        text = text.replace(wall, instead)
    return text

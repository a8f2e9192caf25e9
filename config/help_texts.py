"""The words of help as they are written in the files beside this one: of sections, of single pages, and which addresses need none."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import get_language

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Help:
    """What a page is for, what its main button does, what to do when that fails, whom to ask."""

    purpose: str
    then: str
    fails: str
    ask: str


@cache
def texts() -> dict[str, dict[str, Help]]:
    """Every text of a section, by section and language ("zh", "en"), as written in help.toml."""
    return {key: {language: Help(*said) for language, said in table.items()} for key, table in _read("help.toml").items()}


@cache
def page_texts() -> dict[str, dict[str, tuple[str, Help]]]:
    """The texts of single pages, by address and language, each with the page's title, as written in the files help_of_*.toml."""
    held = [(key, table) for file in sorted(HERE.glob("help_of_*.toml")) for key, table in _read(file.name).items()]
    return {key: {language: (title, Help(*said)) for language, (title, *said) in table.items()} for key, table in held}


@cache
def without_help() -> dict[str, str]:
    """The addresses without help of their own, each with the page whose help is shown for it, or ''."""
    groups = _read("without_help.toml").values()
    return {name: page for group in groups for name, page in _named(group["names"]).items()}


def help_of(topic: str) -> Help:
    """The text of a section or a page in the reader's language."""
    return texts()[topic][_language()] if topic in texts() else page_texts()[topic][_language()][1]


def title_of(page: str) -> str:
    """The title of a single page in the reader's language."""
    return page_texts()[page][_language()][0]


def has_help(topic: str) -> bool:
    """Whether there is a text of this name."""
    return topic in texts() or topic in page_texts()


def _named(names: list[str] | dict[str, str]) -> dict[str, str]:
    return names if isinstance(names, dict) else dict.fromkeys(names, "")


def _read(name: str) -> dict[str, Any]:
    with (HERE / name).open("rb") as file:
        return tomllib.load(file)


def _language() -> str:
    return "en" if get_language() == "en" else "zh"

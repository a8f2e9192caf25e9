"""Every act the code writes into the trail, and every look it keeps, has words for people in both languages.

The acts are read out of the source: whoever adds one and forgets its words is told here, by name.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from permissions.models import ReferralRight
from permissions.trail_words import ACTORS, KINDS, REASONS, VERBS
from referral.supervision.looks import PURPOSES, words_of
from vault.actor import ActorKind

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "permissions", "clinics", "reserved_pools", "referral", "vault")
SOMETHING = "*"  # a part of a name that only the running program knows
IN_SQL = re.compile(r"vault_audit\([^;]*?'([a-z_]+(?:\.[a-z_]+)*)',\s*'([a-z_]+)'", re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Call:
    """One call, the function around it, and the file both stand in."""

    node: ast.Call
    function: Any
    module: ast.Module
    file: Path


def calls_of(*names: str) -> Iterator[Call]:
    """Every call of these functions of `vault.audit` in the product."""
    for file in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if {"migrations", "audit"} & set(file.relative_to(ROOT).parts):
            continue
        module = ast.parse(file.read_text())
        imported = {
            one.asname or one.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom) and node.module == "vault.audit"
            for one in node.names
        }
        for node, function in inner_calls(module):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            by_module = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "audit"
            if name in names and (by_module or name in imported):
                yield Call(node, function, module, file)


def inner_calls(tree: ast.AST, function: Any = None) -> Iterator[tuple[ast.Call, Any]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield node, function
        yield from inner_calls(node, node if isinstance(node, ast.FunctionDef) else function)


def texts(node: Any, function: Any, module: ast.Module) -> set[str]:
    """What an expression may say: its constants, followed through f-strings, names and the callers within the file."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return texts(node.body, function, module) | texts(node.orelse, function, module)
        case ast.FormattedValue():
            return texts(node.value, function, module)
        case ast.JoinedStr():
            parts = [texts(part, function, module) for part in node.values]
            return {"".join(words) for words in itertools.product(*parts)}
        case ast.Name(id=name) if function is not None:
            return set().union(*(texts(one, where, module) for one, where in said_by(name, function, module))) or {SOMETHING}
    return {SOMETHING}


def said_by(name: str, function: Any, module: ast.Module) -> Iterator[tuple[Any, Any]]:
    """Where a name gets its value: an assignment in the function, or the argument each caller in this file gives."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            yield node.value, function
    names = [one.arg for one in function.args.args]
    if name in names:
        for call, caller in inner_calls(module):
            if getattr(call.func, "id", getattr(call.func, "attr", "")) == function.name:
                by_name = {one.arg: one.value for one in call.keywords}
                place = names.index(name) - (names[0] == "self")
                yield (by_name[name] if name in by_name else call.args[place] if place < len(call.args) else None), caller


def acts() -> Iterator[tuple[str, str, str]]:
    """Verb, kind and place of every act the code writes."""
    for call in calls_of("record"):
        verb, kind = (texts(one, call.function, call.module) for one in call.node.args[:2])
        for one, other in itertools.product(verb, kind):
            yield one, other, f"{call.file.relative_to(ROOT)}:{call.node.lineno}"
    for call in calls_of("record_many"):
        rows = [node for node in ast.walk(call.module) if isinstance(node, ast.Tuple) and len(node.elts) == 4]
        written = [row for row in rows if all(isinstance(one, ast.Constant) for one in row.elts[:2])]
        assert written, f"{call.file.relative_to(ROOT)} writes many acts; none of them is said in words here"
        for row in written:
            yield row.elts[0].value, row.elts[1].value, f"{call.file.relative_to(ROOT)}:{row.lineno}"  # type: ignore[attr-defined]
    for file in sorted(path for app in APPS for path in (ROOT / app / "sql").glob("*.sql")):
        for verb, kind in IN_SQL.findall(file.read_text()):
            yield verb, kind, str(file.relative_to(ROOT))
    for step in ReferralRight.STATES.transitions:
        yield f"right.{step.event}", "right", "permissions/right_states.py"


def known(said: str, words: Mapping[str, Any]) -> bool:
    pattern = re.compile(re.escape(said).replace(re.escape(SOMETHING), r"[a-z_]+"))
    return said in words or (said != SOMETHING and any(pattern.fullmatch(word) for word in words))


def test_every_act_and_every_object_in_the_trail_has_a_word() -> None:
    found = list(acts())

    assert len({verb for verb, _kind, _place in found}) > 90
    assert [f"{place}: {verb}" for verb, _kind, place in found if not known(verb, VERBS)] == []
    assert [f"{place}: {kind}" for _verb, kind, place in found if kind != SOMETHING and not known(kind, KINDS)] == []
    assert set(ACTORS) == set(ActorKind)


def test_every_look_has_words() -> None:
    said = {
        (purpose, f"{call.file.relative_to(ROOT)}:{call.node.lineno}")
        for call in calls_of("saw")
        for purpose in texts(call.node.args[3], call.function, call.module)
    }

    assert len(said) > 20
    with translation.override("zh-hans"):
        assert [one for one in sorted(said) if not CHINESE.search(str(words_of(one[0].replace(SOMETHING, "2026-10"))))] == []


@pytest.mark.parametrize("words", [VERBS, KINDS, ACTORS, REASONS, PURPOSES], ids=["verbs", "kinds", "actors", "reasons", "purposes"])
def test_every_word_is_said_in_both_languages(words: Mapping[str, Any]) -> None:
    with translation.override("en"):
        assert [code for code, word in words.items() if not str(word).isascii() or not str(word)] == []
    assert [code for code, word in words.items() if not CHINESE.search(in_chinese(word))] == []


def in_chinese(word: Any) -> str:
    with translation.override("zh-hans"):
        return str(word)

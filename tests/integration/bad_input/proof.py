"""Sends requests and judges answers: refused in two languages, said clearly, nothing written, nothing said back."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from permissions.doors.serializers import unprintable_in
from tests.integration.bad_input.row_refusals import judged
from tests.integration.bad_input.stage import Endpoint, Stage

# Who looked, who tried and how often, which session was used last: bad input may count here, and only here.
COUNTERS = {
    "vault_accessentry", "vault_budget", "permissions_session", "permissions_codebudget", "permissions_challenge",
    "permissions_knownbrowser",
}  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@contextmanager
def taken_back() -> Iterator[None]:
    """A block whose writes are undone, and which use cases do not take for a transaction of the product."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        before = moves()
        yield
        if moves() != before:
            LAST_LOOK.clear()
        transaction.set_rollback(True)


# The rows as they were looked at last, with the moves made until then: without a move since, they are what they were.
LAST_LOOK: list[Any] = []


def written() -> dict[str, str]:
    """A digest of every row of every table but the counters; read again only when some row moved since the last look."""
    made = moves()
    if LAST_LOOK[:1] != [made]:
        LAST_LOOK[:] = [made, digests()]
    held: dict[str, str] = LAST_LOOK[1]
    return held


def moves() -> Any:
    """This transaction and how many rows were inserted, updated or deleted in it so far, counters aside, undone ones included."""
    counters = "|".join(sorted(COUNTERS))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT now(), sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname !~ %s",
            [f"^({counters})(_|$)"],
        )
        return cursor.fetchone()


def digests() -> dict[str, str]:
    """One digest a table."""
    tables = sorted({model._meta.db_table for model in apps.get_models()} - COUNTERS)
    parts = (
        f"SELECT '{table}', count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {table} t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: f"{count} {digest}" for table, count, digest in cursor.fetchall()}


def send(
    stage: Stage, endpoint: Endpoint, body: Any, *, language: str = "zh-hans", content_type: str = "application/json", **headers: Any
) -> Any:
    """One request; a body that is not bytes goes as JSON, lone surrogates escaped. A header of None is left out."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    named = stage.login(endpoint.who) | endpoint.headers | {"Accept-Language": language} | headers
    kept = {name: value for name, value in named.items() if value is not None}
    answer = Client(raise_request_exception=False).generic(endpoint.method, f"/api/v1{endpoint.path}", raw, content_type, headers=kept)
    return judged(answer, body)


def faults_of(answer: Any, language: str) -> list[str]:
    """What is wrong with a refusal as such, whatever was refused."""
    if not 400 <= answer.status_code < 500:
        return [f"status {answer.status_code}"]
    if answer["Content-Type"] != "application/problem+json":
        return [f"content type {answer['Content-Type']}"]
    body = answer.json()
    sentences = [body["detail"], body["title"], *(violation["message"] for violation in body["violations"])]
    faults = [
        f"no sentence in {language}: {text!r}" for text in sentences if not text or bool(CHINESE.search(text)) != (language == "zh-hans")
    ]
    faults += [f"said back: {text!r}" for text in texts_in(body) if unprintable_in(text, lines=False)]
    return faults + (["an answer without end"] if len(answer.content) > 8000 else [])


def sentences_of(answer: Any) -> list[str]:
    """Everything a refusal tells its reader."""
    body = answer.json()
    return [body["title"], body["detail"], *(violation["message"] for violation in body["violations"])]


def texts_in(value: Any) -> Iterator[str]:
    """Every text of an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def fields_in(answer: Any) -> list[str]:
    """The fields a refusal names, positions in lists left out."""
    return [re.sub(r"\.[0-9]+(?=\.|$)", "[]", violation.get("field", "")) for violation in answer.json()["violations"]]


def short(content: bytes) -> str:
    return content[:300].decode("utf-8", "replace") if len(content) < 2000 else hashlib.md5(content).hexdigest()

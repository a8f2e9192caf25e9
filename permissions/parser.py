"""The one JSON parser of the interface: small, shallow, without tricks."""

import json
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from vault.refusal import Refusal

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
INT64 = range(-(2**63), 2**63)


class StrictJSONParser(BaseParser):
    """Reads at most 64 KiB of UTF-8 JSON, 32 deep.

    Refuses with `too_large`, or with `invalid_input` for duplicate keys, NUL, lone surrogates, NaN and numbers beyond 64 bit.
    """

    media_type = "application/json"
    longest: ClassVar[int] = MAX_BYTES

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return read_json(stream.read(self.longest + 1), self.longest)


class BatchJSONParser(StrictJSONParser):
    """The same for a batch of rows from a hospital's system: at most 1 MiB."""

    longest = 1024 * 1024


def check_length(request: HttpRequest, longest: int = MAX_BYTES) -> None:
    """Promises a body whose length is known and small, before a byte of it is read. Refuses with `length_required` or `too_large`.

    `longest` is in bytes; doors that take a file allow more than a JSON body has.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "Transfer-Encoding" in request.headers:
        raise Refusal("length_required", _("Send the length of the body as Content-Length."))
    if length.isdigit() and int(length) > longest:
        raise too_large(longest)


def too_large(longest: int) -> Refusal:
    """The refusal of a body longer than this many bytes."""
    if longest == MAX_BYTES:
        return Refusal("too_large", _("At most 64 KiB can be sent at once."))
    return Refusal("too_large", _("At most %(n)d MiB can be sent at once.") % {"n": longest // (1024 * 1024)})


def read_json(body: bytes, longest: int = MAX_BYTES) -> Any:
    """The value of a JSON text, or the refusal that says what is wrong with it."""
    if len(body) > longest:
        raise too_large(longest)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("invalid_input", _("The text is not UTF-8.")) from error
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_int, parse_float=_float)
    except json.JSONDecodeError as error:
        raise Refusal("invalid_input", _("This is not JSON.")) from error
    _check_text_in(value)
    return value


def _check_depth(text: str) -> None:
    """Counts brackets outside strings, before the decoder recurses into them."""
    depth, inside, escaped = 0, False, False
    for character in text:
        if inside:
            inside, escaped = _still_inside(character, escaped)
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Refusal("invalid_input", _("The JSON is nested too deeply."))
        elif character in "]}":
            depth -= 1


def _still_inside(character: str, escaped: bool) -> tuple[bool, bool]:
    if escaped:
        return True, False
    return character != '"', character == "\\"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal("invalid_input", _("A field is given twice."))
    return found


def _check_text_in(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Refusal("invalid_input", _("The text holds a character that cannot be stored."))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text_in(key)
            _check_text_in(item)
    elif isinstance(value, list):
        for item in value:
            _check_text_in(item)


def _no_constant(_name: str) -> Any:
    raise Refusal("invalid_input", _("This is not JSON."))


def _int(digits: str) -> int:
    if len(digits) > 20 or int(digits) not in INT64:
        raise Refusal("invalid_input", _("A number is too large."))
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Refusal("invalid_input", _("A number is too large."))
    return value

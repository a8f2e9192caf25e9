"""Chinese text for paper: what stays on one line, where a long name may break, and dates."""

import re
from datetime import date
from html import escape

WEEKDAYS = "一二三四五六日"
UNIT = r"(?:mmol/L|μmol/L|mmHg|mg/d|g/d|mg|ml|kg|cm|mm|次/分|岁|日|天|周|年|月|时|分|℃|%|片|粒|支|盒)"
RANGE = r"[～~–—/×\-]"
KEEP = re.compile(
    rf"[＜＞≤≥<>]?\d[\d.,:]*(?:{RANGE}\d[\d.,:]*)*\s?{UNIT}"
    r"|\d+年\d+月\d+日"
    rf"|[A-Za-z]+\-?\d+[a-z]?(?:{RANGE}[A-Za-z]*\d+)*"
    r"|[＜＞≤≥]\d[\d.]*"
)
JOINER = "\u2060"
CLOSING = "，。、；：！？）》」』】”’…"
LONG_RANGE = 14  # characters; a longer range may break, but only after its sign
TAIL = 3  # the last characters of a paragraph that never stand alone on a line


def body(text: str) -> str:
    """Free text as paragraphs of HTML; everything in it is text and is escaped."""
    return "".join(f"<p>{inline(line)}</p>" for line in (text or "").splitlines() if line.strip())


def inline(text: str) -> str:
    """One paragraph as HTML: numbers stay with their units, the last characters stay together."""
    plain = " ".join((text or "").split())
    cut = tail(plain)
    return escape(keep(plain[:cut]) + glue(plain[cut:]))


def glue(text: str) -> str:
    """Forbids every line break inside a run. Joiners keep it one run: a span would let a line begin with a comma."""
    return JOINER.join(text.replace(" ", "\u00a0"))


def keep(text: str) -> str:
    """Holds every number with its unit on one line."""

    def held(match: re.Match[str]) -> str:
        pieces = re.split("(?<=[～~—])", match[0]) if len(match[0]) > LONG_RANGE else [match[0]]
        return "".join(glue(piece) for piece in pieces)

    return KEEP.sub(held, text).replace("～", JOINER + "～")


def tail(text: str) -> int:
    """Where the last characters begin that must not stand alone on a line."""
    cut = len(text) - TAIL
    while cut > 0 and (text[cut] in CLOSING or text[cut - 1 : cut + 1].isascii()):
        cut -= 1
    return cut if cut > 0 and len(text) - cut < 13 else len(text)


def org(name: str) -> str:
    """An institution's name that breaks after its region or university, not inside a word."""
    match = re.match(r"(.+?市.{1,4}?[区县]|.+?(?:大学|科学院|医学院))(.+)", name or "")
    parts = match.groups() if match else (name or "",)
    return "".join(f'<span class="part">{escape(part)}</span>' for part in parts)


def groups(number: str, size: int = 4) -> str:
    """A number or code in groups of four, as people read it aloud."""
    return " ".join(number[start : start + size] for start in range(0, len(number), size))


def long_date(value: str) -> str:
    """2026年11月24日 from an ISO date."""
    day = date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日"


def short_date(value: str) -> str:
    """11月24日 from an ISO date."""
    day = date.fromisoformat(value)
    return f"{day.month}月{day.day}日"


def weekday(value: str) -> str:
    """星期二 from an ISO date."""
    return f"星期{WEEKDAYS[date.fromisoformat(value).weekday()]}"

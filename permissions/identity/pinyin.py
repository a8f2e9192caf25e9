"""Search keys of a name: its characters, and its pinyin in every reading a clerk may type."""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin

from permissions.identity.names import CHINESE, DOT

# Surnames are read differently from the same character elsewhere; both readings are kept (DOMAIN.md 2.5).
SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("shan",), "仇": ("qiu",), "曾": ("zeng",), "解": ("xie",), "覃": ("qin", "tan"), "朴": ("piao",), "查": ("zha",),
    "区": ("ou",), "任": ("ren",), "华": ("hua",), "盖": ("ge",), "乐": ("yue",), "翟": ("zhai",), "尹": ("yin",),
    "缪": ("miao",), "员": ("yun",), "冼": ("xian",),
}  # fmt: skip
DOUBLE: dict[str, tuple[str, str]] = {"尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi")}
# Characters whose reading the library does not know.
RARE: dict[str, str] = {"\U0002cc56": "wei", "䶮": "yan", "㛃": "jie"}

HAN = re.compile(rf"[{CHINESE}]")
MAX_SYLLABLES = 16
MAX_PREFIX = 24
REMEMBERED = 8192  # characters and names whose readings are kept; a list of forty thousand people uses a few thousand


def search_keys(name: str) -> list[str]:
    """Every key under which a stored name is found: characters, pairs of characters, and prefixes of pinyin and initials.

    Pinyin starts at any syllable, so that a given name alone is found too. Latin words are found by their beginning.
    """
    keys = set(_grams(name))
    for word in (*_latin_words(name), *_latin_words(_with_v(name))):
        keys |= _prefixes(word)
    for syllables in _readings(name):
        for start in range(len(syllables)):
            rest = syllables[start:]
            keys |= _prefixes("".join(rest)) | _prefixes("".join(syllable[0] for syllable in rest))
    return sorted(keys)


def query_keys(text: str) -> list[str]:
    """The keys a search must all meet: grams of what is Chinese in it, each Latin word whole. [] when nothing is left."""
    grams = _grams(text)
    pairs = [gram for gram in grams if len(gram) == 2]
    return sorted({*(pairs or grams), *(word[:MAX_PREFIX] for word in _latin_words(_with_v(text)))})


def initials(name: str) -> str:
    """The initials of the first reading, such as zxl."""
    return "".join(syllable[0] for syllable in next(iter(_readings(name)), ()))


def _grams(text: str) -> list[str]:
    grams: list[str] = []
    for run in re.findall(rf"[{CHINESE}]+", text.replace(DOT, "")):
        grams += list(run) + [run[index : index + 2] for index in range(len(run) - 1)]
    return list(dict.fromkeys(grams))


def _latin_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFD", HAN.sub(" ", text).casefold())
    return re.findall(r"[a-z]+", "".join(mark for mark in plain if unicodedata.category(mark) != "Mn").replace("'", ""))


def _with_v(text: str) -> str:
    """lü and nü as keyboards write them: lv, nv."""
    return re.sub("(?<=[lnLN])[üÜ]", "v", unicodedata.normalize("NFC", text))


def _prefixes(word: str) -> set[str]:
    return {word[:end] for end in range(1, min(len(word), MAX_PREFIX) + 1)}


def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a Chinese name in each plausible reading, the surname's own first; () for a Latin name."""
    han = "".join(HAN.findall(name))[:MAX_SYLLABLES]
    return _readings_of(han) if han else ()


@lru_cache(maxsize=REMEMBERED)
def _readings_of(han: str) -> tuple[tuple[str, ...], ...]:
    plain = [_syllable(character) for character in han]
    by_phrase = [_ascii(syllable) or plain[index] for index, syllable in enumerate(_phrase(han))]
    found = [tuple(by_phrase), tuple(plain)]
    if han[:2] in DOUBLE:
        found.insert(0, (*DOUBLE[han[:2]], *plain[2:]))
    elif han[0] in SURNAMES:
        found = [(first, *rest) for first, rest in product(SURNAMES[han[0]], [plain[1:]])] + found
    return tuple(reading for reading in dict.fromkeys(found) if all(reading))


def _phrase(han: str) -> list[str]:
    syllables = lazy_pinyin(han, errors=list)  # type: ignore[arg-type]
    return syllables if len(syllables) == len(han) else [""] * len(han)


@lru_cache(maxsize=REMEMBERED)
def _syllable(character: str) -> str:
    if character in RARE:
        return RARE[character]
    return _ascii(pinyin(character, style=Style.NORMAL, errors="ignore")[0][0]) if pinyin(character, errors="ignore") else ""


def _ascii(syllable: str) -> str:
    return syllable.replace("ü", "v") if syllable.isascii() or "ü" in syllable else ""

"""People's names: kept exactly as they are written, cleaned only of what is no part of a name, masked for lists."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal, invalid

MAX_LENGTH = 100  # characters; the State asks for at least 50 bytes of Chinese (民委发〔2016〕33号)
DOT = "\u00b7"
LOOK_ALIKE_DOTS = {ord(dot): DOT for dot in "\u2022\u30fb\uff65\u2027\uff0e\u2219\u22c5\u0387"}
SPACES = {ord(space): " " for space in "\u3000\u00a0\t"}
MARKS_IN_NAMES = frozenset(DOT + " '\u2019-.\u3007")
CHINESE = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\U000e0100-\U000e01ef"
HAS_CHINESE = re.compile(f"[{CHINESE}]")
SPACE_BESIDE_CHINESE = re.compile(rf"(?<=[{CHINESE}{DOT}]) +| +(?=[{CHINESE}{DOT}])")
PLAIN_DOT_IN_CHINESE = re.compile(rf"(?<=[{CHINESE}])\.(?=[{CHINESE}])")
DOUBLE_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容"
        "钟离长孙宇文司徒鲜于司空令狐百里呼延轩辕东郭西门第五",
    )
)


def _characters_of_private_use() -> dict[str, str]:
    """Where old fonts drew rare characters (GBK FE50-FEA0), and the character each of them is today."""
    slots = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    today = {chr(0xE815 + index): bytes([0xFE, byte]).decode("gb18030") for index, byte in enumerate(slots)}
    return {old: new for old, new in today.items() if unicodedata.category(new) != "Co"}


PRIVATE_USE = _characters_of_private_use()


def clean_name(raw: str, field: str = "name") -> str:
    """A name as it is stored: NFC, look-alike dots as U+00B7, no spaces inside Chinese. Refuses with `invalid_input`.

    Private-use characters are refused with the right character where it is known, so are invisible ones, emoji, digits and
    anything else that is no part of a name; up to 100 characters.
    """
    name = unicodedata.normalize("NFC", raw.translate(LOOK_ALIKE_DOTS).translate(SPACES)).strip(" ")
    name = SPACE_BESIDE_CHINESE.sub("", re.sub(" +", " ", name))
    name = re.sub(f"{DOT}+", DOT, PLAIN_DOT_IN_CHINESE.sub(DOT, name)).strip(DOT)
    if not name:
        raise invalid(field, _("Please enter a name."))
    if len(name) > MAX_LENGTH:
        raise invalid(field, _("A name has at most 100 characters."))
    for position, character in enumerate(name):
        if not _belongs(character, position):
            raise _not_in_a_name(character, field)
    if not any(unicodedata.category(character)[0] == "L" or character == "\u3007" for character in name):
        raise invalid(field, _("Please enter a name."))
    return name


def _belongs(character: str, position: int) -> bool:
    if character in MARKS_IN_NAMES or "\U000e0100" <= character <= "\U000e01ef":
        return position > 0 or character == "\u3007"
    if "\ufe00" <= character <= "\ufe0f":
        return False
    category = unicodedata.category(character)
    return category in ("Ll", "Lu", "Lt", "Lo", "Lm") or (category in ("Mn", "Mc") and position > 0)


def _not_in_a_name(character: str, field: str) -> Refusal:
    if unicodedata.category(character) != "Co":
        return invalid(field, _("The name holds a character that is no part of a name."), remedy=_("Remove it and type the name again."))
    if character in PRIVATE_USE:
        right = PRIVATE_USE[character]
        return invalid(
            field,
            _("One character is from an old font and would be lost elsewhere."),
            remedy=_("Type %(character)s instead.") % {"character": right},
        )
    return invalid(
        field,
        _("One character is from an old font and would be lost elsewhere."),
        remedy=_("Type the character with an input method that knows rare characters."),
    )


def mask_name(name: str) -> str:
    """A name for lists: 张*, 张*明, 欧阳*明, 买***提, 古**·买***; of Latin words the first letter."""
    if DOT in name:
        return DOT.join(_first_only(part) for part in name.split(DOT))
    if not HAS_CHINESE.search(name):
        return " ".join(_first_only(part) for part in name.split(" "))
    if len(name) == 1:
        return "*"
    kept = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1
    last = name[-1] if len(name) > kept + 1 else ""
    return name[:kept] + "*" * (len(name) - kept - len(last)) + last


def surname_of(name: str) -> str:
    """The family name of a Han name (two characters for the known double ones); of any other its first part."""
    if DOT in name or not HAS_CHINESE.search(name):
        return re.split(f"[{DOT} ]", name)[0]
    return name[:2] if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else name[:1]


def _first_only(part: str) -> str:
    return part[:1] + "*" * (len(part) - 1)

"""The four chronic diseases that are the focus of referral, with their ICD-10 ranges, and which of them a diagnosis names (R115). Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import pgettext_lazy

from clinics.criteria.codes import codes_in, covers, meet
from vault.refusal import Sentence

# What is said of others, of the past or of what it is not; and diseases of other chapters that carry the same word.
DENIED: Final = re.compile(
    r"(?:否认|排除|除外|未见|家族|父亲|母亲|父母)[^,，。;；\n]*|无[^,，。;；\n]{0,16}史|无(?=高血压|糖尿病|冠心病|脑血管病)[^,，。;；\n]*"
)
OTHERS: Final = re.compile(r"(?:妊娠期?(?:合并)?|肺动脉|肺|门静脉|门脉|颅内|眼)高血压|妊娠期?(?:合并)?糖尿病|糖尿病前期|糖尿病筛查")


@dataclass(frozen=True, slots=True)
class Focus:
    """One of the four: its key, its word, the ranges of the classification, and the names doctors write."""

    key: str
    words: Sentence
    codes: tuple[str, ...]
    names: tuple[str, ...]


FOCUS: Final = (
    Focus("hypertension", pgettext_lazy("focus disease", "hypertension"), ("I10-I15",), ("高血压", "hypertension")),
    Focus("diabetes", pgettext_lazy("focus disease", "diabetes"), ("E10-E14",), ("糖尿病", "diabetes")),
    Focus(
        "coronary", pgettext_lazy("focus disease", "coronary heart disease"), ("I20-I25",),
        ("冠心病", "冠状动脉粥样硬化", "冠脉综合征", "冠状动脉综合征", "心绞痛", "心肌梗死", "心肌梗塞", "心梗", "缺血性心脏病",
         "coronary", "angina", "myocardial infarction"),
    ),
    Focus(
        "cerebrovascular", pgettext_lazy("focus disease", "cerebrovascular disease"), ("I60-I69",),
        ("脑血管病", "脑血管意外", "脑卒中", "中风", "脑梗死", "脑梗塞", "脑梗", "脑出血", "蛛网膜下腔出血",
         "stroke", "cerebrovascular", "cerebral infarction"),
    ),
)  # fmt: skip
BY_KEY: Final = {one.key: one for one in FOCUS}
KEYS: Final = tuple(BY_KEY)


def named_in(text: str, codes: Iterable[str] = ()) -> tuple[str, ...]:
    """The keys of the four that a diagnosis names by word or code, or that these criteria's codes belong to, in their order."""
    said = positive(text).lower()
    written, given = codes_in(text), tuple(codes)
    return tuple(
        one.key
        for one in FOCUS
        if any(name in said for name in one.names) or any(covers(one.codes, code) for code in written) or meet(given, one.codes)
    )


def positive(text: str) -> str:
    """The text without what it denies and without other diseases of the same word."""
    return OTHERS.sub(" ", DENIED.sub(" ", text))


def words_of(keys: Collection[str]) -> list[Sentence]:
    """These diseases in words, in the order of the article."""
    return [one.words for one in FOCUS if one.key in keys]

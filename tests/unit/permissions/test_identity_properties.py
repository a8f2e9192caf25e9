"""What holds of every identity value, not only of those somebody thought of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permissions.identity.documents import STANDARD_CODES, DocumentType, parse_document
from permissions.identity.names import clean_name, mask_name
from permissions.identity.phones import clean_contact, clean_mobile
from permissions.identity.pinyin import query_keys, search_keys
from permissions.identity.resident_number import CHECKS, check_character
from vault.refusal import Refusal

TODAY = date(2026, 11, 22)
BIRTHS = st.dates(date(1897, 1, 1), TODAY)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
HAN_NAMES = st.text(HAN, min_size=2, max_size=6)


@st.composite
def residents(draw: st.DrawFn) -> tuple[str, date, int]:
    born, sequence = draw(BIRTHS), draw(st.integers(0, 999))
    region = draw(st.sampled_from(["110102", "110103", "440524", "650102"]))
    seventeen = f"{region}{born:%Y%m%d}{sequence:03d}"
    return seventeen + check_character(seventeen), born, sequence


@given(residents())
def test_a_lawful_number_says_birth_date_and_sex(resident: tuple[str, date, int]) -> None:
    number, born, sequence = resident

    document = parse_document(DocumentType.RESIDENT_ID, number, today=TODAY)

    assert document.birth_date == born
    assert document.sex == ("1" if sequence % 2 else "2")
    assert document.number == number
    assert document.tail == number[-4:]


@given(residents(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(resident: tuple[str, date, int], place: int, shift: int) -> None:
    number = resident[0]
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    with pytest.raises(Refusal):
        parse_document(DocumentType.RESIDENT_ID, wrong, today=TODAY)


@given(residents(), st.integers(0, 15))
def test_two_neighbours_exchanged_are_always_noticed(resident: tuple[str, date, int], place: int) -> None:
    number = resident[0]
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if exchanged == number:
        return

    with pytest.raises(Refusal):
        parse_document(DocumentType.RESIDENT_ID, exchanged, today=TODAY)


@given(st.from_regex(r"\A[0-9]{17}\Z"))
def test_the_check_character_completes_any_seventeen_digits_in_one_way(seventeen: str) -> None:
    assert sum(check_character(seventeen) == candidate for candidate in CHECKS) == 1


@given(st.sampled_from(list(DocumentType)), st.text(max_size=40))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(kind: DocumentType, text: str) -> None:
    try:
        document = parse_document(kind, text, today=TODAY)
    except Refusal:
        return
    assert parse_document(document.type, document.number, today=TODAY) == document


def test_every_kind_of_document_has_a_word_and_a_standard_code() -> None:
    assert set(STANDARD_CODES) == set(DocumentType)
    assert all(str(kind.label) for kind in DocumentType)


def test_a_renewed_permit_is_the_same_document_and_kinds_do_not_mix() -> None:
    first, renewed = (parse_document("hk_macau_permit", number) for number in ("H1234567801", "H1234567802"))
    card, register = (parse_document(kind, "110102195803150026", today=TODAY) for kind in ("resident_id", "household_register"))
    passports = [parse_document(kind, "E12345678") for kind in ("chinese_passport", "foreign_passport")]

    assert first.key == renewed.key
    assert card.key == register.key
    assert passports[0].key != passports[1].key


@given(st.text(max_size=120))
def test_any_text_is_a_name_or_refused_and_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        name = clean_name(text)
    except Refusal:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= 100


@given(HAN_NAMES)
def test_a_masked_name_is_as_long_and_hides_something(name: str) -> None:
    masked = mask_name(name)

    assert len(masked) == len(name)
    assert "*" in masked
    assert all(shown in ("*", real) for shown, real in zip(masked, name, strict=True))


@given(st.text(max_size=30))
def test_any_text_is_a_phone_or_refused(text: str) -> None:
    for clean in (clean_mobile, clean_contact):
        try:
            number = clean(text)
        except Refusal:
            continue
        assert clean(number) == number


@given(HAN_NAMES)
def test_a_name_is_found_by_itself_and_by_any_part_of_it(name: str) -> None:
    keys = set(search_keys(name))

    for start in range(len(name)):
        for end in range(start + 1, len(name) + 1):
            assert keys.issuperset(query_keys(name[start:end]))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", ["shan", "dan", "sxx", "dxx", "单", "雄信", "xiongxin"]),
        ("仇英", ["qiu", "qy"]), ("曾国藩", ["zeng", "ceng", "zgf", "ZGF"]), ("解缙", ["xie", "jie"]),
        ("覃勇", ["qin", "tan", "qy", "ty"]), ("朴志成", ["piao", "pzc"]), ("尉迟恭", ["yuchi", "ycg"]), ("长孙无忌", ["zhangsun", "zswj"]),
        ("万俟卨", ["moqi"]), ("刘䶮", ["yan", "ly"]), ("王㛃", ["jie", "wj"]), ("李𬱖", ["wei", "lw", "𬱖"]),
        ("吕布", ["lv", "lü", "lb"]), ("周晓岚", ["zhou", "zhouxiaolan", "xiaolan", "zxl", "晓岚", "zhou 晓"]),
        ("阿不都热合曼·买买提", ["买买提", "maimaiti", "阿不都"]), ("John O'Brien", ["john", "obrien", "JOHN", "o'b"]),
        ("Müller Änne", ["muller", "anne"]), ("Lübeck", ["lubeck", "lvbeck", "lü"]),
    ],
)  # fmt: skip
def test_a_clerk_finds_the_person_the_way_she_types(name: str, typed: list[str]) -> None:
    keys = set(search_keys(name))

    assert [query for query in typed if not (query_keys(query) and keys.issuperset(query_keys(query)))] == []


def test_another_persons_name_is_not_found() -> None:
    assert not set(search_keys("周晓岚")).issuperset(query_keys("周晓蓝"))
    assert not set(search_keys("周晓岚")).issuperset(query_keys("zhang"))
    assert query_keys("  ·  ") == []

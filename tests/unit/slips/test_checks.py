"""What is missing for printing is said in one sentence with the line that installs it, and the small font is what it claims."""

import pytest
from fontTools.ttLib import TTFont

from referral.slips import checks, fonts


@pytest.fixture
def fresh():
    checks.printing_needs.cache_clear()
    yield
    checks.printing_needs.cache_clear()


def test_missing_libraries_are_named_with_the_line_that_installs_them(fresh, monkeypatch):
    monkeypatch.setattr(checks, "loads", lambda library: "pangoft2" not in library)
    monkeypatch.setattr(checks, "installed_font", lambda _name: "/somewhere")

    (warning,) = checks.check_printing()

    assert warning.id == "referral.W001"
    assert "libpangoft2-1.0.so.0" in warning.msg
    assert "libharfbuzz" not in warning.msg.split(":")[0]
    assert "apt-get install -y libpango-1.0-0" in warning.msg


def test_nothing_is_said_when_nothing_is_missing(fresh, monkeypatch):
    monkeypatch.setattr(checks, "loads", lambda _library: True)
    monkeypatch.setattr(checks, "installed_font", lambda _name: "/somewhere")

    assert checks.check_printing() == []


def test_a_library_that_is_not_there_does_not_load():
    assert checks.loads("libnothing-of-this-name.so.0") is False


def test_the_small_font_knows_common_medical_and_family_names_but_no_rare_character():
    known = set(fonts.characters())

    assert len(known) == 4424
    assert set("阿司匹林替格瑞洛嘧啶癫痫覃逄婷·–√，。（）“”℃μ") <= known
    assert not set("䶮㛃𬱖𠅤") & known, "these come from the full font, which stays a requirement"


@pytest.mark.pdf
@pytest.mark.skipif(fonts.installed_font(fonts.FACES["Regular"]) is None, reason="fonts-noto-cjk is not installed")
def test_a_face_is_a_subset_with_a_name_of_its_own_and_squeezed_punctuation(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FACES", {"Regular": fonts.FACES["Regular"]})
    monkeypatch.setattr(fonts, "characters", lambda: "中文，。（）“”A1")

    (made,) = fonts.build_faces(tmp_path)

    face = TTFont(made)
    assert face["name"].getDebugName(1) == "Slip Sans"
    assert {chr(code) for code in face.getBestCmap()} == set("中文，。（）“”A1")
    table = face["GPOS"].table
    squeezing = [index for index, record in enumerate(table.FeatureList.FeatureRecord) if record.FeatureTag == "chws"]
    scripts = [script.Script.DefaultLangSys for script in table.ScriptList.ScriptRecord if script.Script.DefaultLangSys]
    assert len(squeezing) == 1
    assert all(squeezing[0] in language.FeatureIndex for language in scripts)
    assert list(fonts.build_faces(tmp_path)) == [], "what is there is not made again"

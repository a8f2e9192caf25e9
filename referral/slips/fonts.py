"""The small font of the slips: a subset of the installed Noto Sans CJK, so that a page prints in half the time."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from fontTools import subset
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTCollection, TTFont

FACES = {"Regular": "NotoSansCJK-Regular.ttc", "Bold": "NotoSansCJK-Bold.ttc"}
FAMILY = "Noto Sans CJK SC"
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FEATURES = ["halt", "kern", "locl", "palt", "ccmp"]
SYMBOLS = "·–—…“”‘’×÷±≥≤℃μµ√□■①②③④⑤⑥⑦⑧⑨⑩㎡％／\u2060\u00a0\u3000"

# Medicine, drugs and names that GB 2312 level 1 lacks.
MEDICAL = (
    "吡啶嘧噻嗪唑嘌呤喹啉呋喃咪哌啡哚噁咔酮酯酰酐酚醛醚醌胺胍胨肽苷苄苯萘萜蒽茚芴菲羟羧羰巯缬烯烷炔铵铋锶锂氟氯溴碘硒"
    "癫痫瘫痹痿痉挛疸疽疣疱痤痂痔瘘瘤瘢瘀癣癔癃疝疟疡痢痨瘙痒痱瘪瘿痞痰疳疹痘疖痈疔疵瘥痼瘠癜瘰疬"
    "胰胛肱胫腓髌髋髂骶骺骸骼颅颞颌颧颏颈颊脘膈腘腋腱腺腭胼胝肓脐胯臀脬睾阴阜尻肛肠胆脾肾肺肝"
    "眩晕眵睑睫睛瞳眦翳眸盹嗜嗽咳嘶哑喘喉咽噎呃哕呕吐嗳喑龋龈龉鼾衄鼽齁"
    "淋漓溃浸渍涎涕沫淤潴湿烧灼焦糜烂搐抽搦蜷偻僵直谵妄愕懵惚恍怔忡悸惕惴"
    "芪芍苓茯苡薏苁蓉莪莶蒌菖蒲蓼芩芷苍术苏藿薄荷荆芥防风桔梗枳壳黄柏栀连翘柴胡葛根陈皮砂仁麸砭灸罐"
    "嬷姥邓冯邱薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄"
    "覃缪冼翟谌阚佘邢裴郗晁逄亓仉笪郄缑亢麴濮阳淳单仇曾解朴尉迟查区澹台闫闾芮隗佟璩妫邸郏"
    "婷娅妍娟婕嫣妮姗娜媛嫒怡恺悦惠琪瑶珊珂玮琦琳瑾璇璐琰琬珺琨瑜珩祺祎祯禧熠煜炜烨焱燊鑫淼淇渝湉澍沁泓浚浩涵溢滢潇潼濛濠"
    "昱昊昕晔晗晟晖暄暘曦轩轶辕骏骐骁骥钰钊铭铮锴锵锟镕喆睿皓翀翊翎翔翰羿聪芃芊芸苒茜茗莉莎菁菱萱蕾薇蕊蓓彦彧彤彬宸宥寰岚峥嵘崴琛珉珏琤"
)

# Two marks side by side give up the empty half of one of them, as Chinese printers do (the feature `chws`).
SQUEEZE = """
@closing = [{closing}];
@opening = [{opening}];
feature chws {{
    pos @closing <0 0 -500 0> @closing;
    pos @closing <0 0 -500 0> @opening;
    pos @opening <0 0 0 0> @opening <-500 0 -500 0>;
}} chws;
"""
CLOSING, OPENING = "，。、；：！？）》」』】”’", "（《「『【“‘"


def font_folder() -> Path:
    """Where the small faces are once `manage.py slip_fonts` has made them; without them the full font is used."""
    return Path(settings.STATE_DIR) / "fonts"


def installed_font(name: str) -> Path | None:
    """The file of an installed font collection, or None."""
    for folder in FOLDERS:
        for found in Path(folder).expanduser().rglob(name):
            return found
    return None


def build_faces(out: Path) -> Iterator[Path]:
    """Makes each face that is missing; nothing half written is ever in place. Silent when the full font is not installed."""
    out.mkdir(parents=True, exist_ok=True)
    for style, name in FACES.items():
        target, source = out / f"SlipSans-{style}.otf", installed_font(name)
        if source is None or target.exists():
            continue
        font = subsetted(source)
        rename(font, style)
        squeeze(font)
        part = target.with_suffix(f".{os.getpid()}.part")
        font.save(part)
        part.replace(target)
        yield target


def subsetted(source: Path) -> TTFont:
    """The Simplified Chinese member of the collection with only the characters of CHARACTERS."""
    members = TTCollection(source, lazy=True).fonts
    font = next(member for member in members if member["name"].getDebugName(1) == FAMILY)
    options = subset.Options(layout_features=FEATURES, name_IDs=[1, 2, 4, 6], notdef_outline=True, desubroutinize=True, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    return font


def characters() -> str:
    """GB 2312 level 1 and its symbols, ASCII, and what medicine and names add."""
    rows = [*range(0xA1, 0xA4), 0xA6, *range(0xB0, 0xD8)]
    pairs = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    common = {pair.decode("gb2312", "ignore") for pair in pairs} - {""}
    return "".join(sorted(common | {chr(code) for code in range(0x20, 0x7F)} | set(SYMBOLS) | set(MEDICAL)))


def rename(font: TTFont, style: str) -> None:
    """Gives the face a name of its own, so that it never stands in for the full font by accident."""
    names = {1: "Slip Sans", 2: style, 4: f"Slip Sans {style}", 6: f"SlipSans-{style}"}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        else:
            font["name"].names.remove(record)
    font["CFF "].cff.fontNames[0] = f"SlipSans-{style}"


def squeeze(font: TTFont) -> None:
    """Adds `chws` behind the positioning lookups the font already has, for every script and language."""
    cmap = font.getBestCmap()
    glyphs = {"closing": CLOSING, "opening": OPENING}
    known = {name: " ".join(cmap[ord(mark)] for mark in marks if ord(mark) in cmap) for name, marks in glyphs.items()}
    own: Any = font.get("GPOS")
    addOpenTypeFeaturesFromString(font, SQUEEZE.format(**known), tables=["GPOS"])
    if own is None:
        return
    added, font["GPOS"] = font["GPOS"].table, own
    table = own.table
    shift = len(table.LookupList.Lookup)
    table.LookupList.Lookup += added.LookupList.Lookup
    feature = added.FeatureList.FeatureRecord[0]
    feature.Feature.LookupListIndex = [index + shift for index in feature.Feature.LookupListIndex]
    table.FeatureList.FeatureRecord.append(feature)
    for script in table.ScriptList.ScriptRecord:
        languages = [script.Script.DefaultLangSys, *(record.LangSys for record in script.Script.LangSysRecord)]
        for language in filter(None, languages):
            language.FeatureIndex.append(len(table.FeatureList.FeatureRecord) - 1)

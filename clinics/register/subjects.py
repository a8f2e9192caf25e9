"""The standard subjects of diagnosis and treatment that departments are registered under (诊疗科目名录), and how a code is found (R091)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal, invalid

LOST_ZERO = re.compile(r"\A([0-9])(?:\.([0-9]{2}))?\Z")
RUN_TOGETHER = re.compile(r"\A([0-9]{2})([0-9]{2})([0-9]{2})?\Z")
STANDARD_CODE = re.compile(r"\A[0-9]{2}(\.[0-9]{2}){0,2}\Z")
MOST_NEAR = 3
NEAR = 0.34  # below this likeness a name is no help


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the list with its code."""

    code: str
    name: str
    name_en: str

    @property
    def words(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name

    @property
    def parent(self) -> str:
        """The code of the subject above it, '' on the first level."""
        return self.code.rpartition(".")[0]


# Code, name as in the list (卫医发〔1994〕27号 with its later additions), English name.
LISTED: Final = """\
01|预防保健科|Preventive health care
02|全科医疗科|General practice
03|内科|Internal medicine
03.01|呼吸内科专业|Respiratory medicine
03.02|消化内科专业|Gastroenterology
03.03|神经内科专业|Neurology
03.04|心血管内科专业|Cardiovascular medicine
03.05|血液内科专业|Haematology
03.06|肾病学专业|Nephrology
03.07|内分泌专业|Endocrinology
03.08|免疫学专业|Immunology
03.09|变态反应专业|Allergy
03.10|老年病专业|Geriatrics
03.11|内科其他专业|Other internal medicine
04|外科|Surgery
04.01|普通外科专业|General surgery
04.02|神经外科专业|Neurosurgery
04.03|骨科专业|Orthopaedics
04.04|泌尿外科专业|Urology
04.05|胸外科专业|Thoracic surgery
04.06|心脏大血管外科专业|Cardiovascular surgery
04.07|烧伤科专业|Burns
04.08|整形外科专业|Plastic surgery
04.09|外科其他专业|Other surgery
05|妇产科|Obstetrics and gynaecology
05.01|妇科专业|Gynaecology
05.02|产科专业|Obstetrics
05.03|计划生育专业|Family planning
05.04|优生学专业|Prenatal genetics
05.05|生殖健康与不孕症专业|Reproductive health and infertility
05.06|妇产科其他专业|Other obstetrics and gynaecology
06|妇女保健科|Women's health care
07|儿科|Paediatrics
07.01|新生儿专业|Neonatology
07.02|小儿传染病专业|Paediatric infectious diseases
07.03|小儿消化专业|Paediatric gastroenterology
07.04|小儿呼吸专业|Paediatric respiratory medicine
07.05|小儿心脏病专业|Paediatric cardiology
07.06|小儿肾病专业|Paediatric nephrology
07.07|小儿血液病专业|Paediatric haematology
07.08|小儿神经病学专业|Paediatric neurology
07.09|小儿内分泌专业|Paediatric endocrinology
07.10|小儿遗传病专业|Paediatric genetics
07.11|小儿免疫专业|Paediatric immunology
07.12|儿科其他专业|Other paediatrics
08|小儿外科|Paediatric surgery
08.01|小儿普通外科专业|Paediatric general surgery
08.02|小儿骨科专业|Paediatric orthopaedics
08.03|小儿泌尿外科专业|Paediatric urology
08.04|小儿胸心外科专业|Paediatric cardiothoracic surgery
08.05|小儿神经外科专业|Paediatric neurosurgery
08.06|小儿外科其他专业|Other paediatric surgery
09|儿童保健科|Child health care
10|眼科|Ophthalmology
11|耳鼻咽喉科|Otorhinolaryngology
11.01|耳科专业|Otology
11.02|鼻科专业|Rhinology
11.03|咽喉科专业|Laryngology
11.04|耳鼻咽喉科其他专业|Other otorhinolaryngology
12|口腔科|Stomatology
13|皮肤科|Dermatology
13.01|皮肤病专业|Skin diseases
13.02|性传播疾病专业|Sexually transmitted diseases
13.03|皮肤科其他专业|Other dermatology
14|医疗美容科|Aesthetic medicine
15|精神科|Psychiatry
15.01|精神病专业|Mental illness
15.02|精神卫生专业|Mental health
15.03|药物依赖专业|Drug dependence
15.04|精神康复专业|Psychiatric rehabilitation
15.05|社区防治专业|Community psychiatry
15.06|临床心理专业|Clinical psychology
15.07|司法精神专业|Forensic psychiatry
15.08|精神科其他专业|Other psychiatry
16|传染科|Infectious diseases
16.01|肠道传染病专业|Intestinal infections
16.02|呼吸道传染病专业|Respiratory infections
16.03|肝炎专业|Hepatitis
16.04|虫媒传染病专业|Vector-borne infections
16.05|动物源性传染病专业|Zoonoses
16.06|蠕虫病专业|Helminthiasis
16.07|传染科其他专业|Other infectious diseases
17|结核病科|Tuberculosis
18|地方病科|Endemic diseases
19|肿瘤科|Oncology
20|急诊医学科|Emergency medicine
21|康复医学科|Rehabilitation medicine
22|运动医学科|Sports medicine
23|职业病科|Occupational diseases
24|安宁疗护科|Hospice care
25|特种医学与军事医学科|Special and military medicine
26|麻醉科|Anaesthesiology
27|疼痛科|Pain medicine
28|重症医学科|Intensive care
30|医学检验科|Laboratory medicine
30.01|临床体液、血液专业|Clinical body fluids and blood
30.02|临床微生物学专业|Clinical microbiology
30.03|临床化学检验专业|Clinical chemistry
30.04|临床免疫、血清学专业|Clinical immunology and serology
30.05|临床细胞分子遗传学专业|Clinical cell and molecular genetics
30.06|医学检验科其他专业|Other laboratory medicine
31|病理科|Pathology
32|医学影像科|Medical imaging
32.01|X线诊断专业|X-ray diagnosis
32.02|CT诊断专业|CT diagnosis
32.03|磁共振成像诊断专业|Magnetic resonance imaging
32.04|核医学专业|Nuclear medicine
32.05|超声诊断专业|Ultrasound diagnosis
32.06|心电诊断专业|Electrocardiography
32.07|脑电及脑血流图诊断专业|Electroencephalography
32.08|神经肌肉电图专业|Electromyography
32.09|介入放射学专业|Interventional radiology
32.10|放射治疗专业|Radiotherapy
32.11|医学影像科其他专业|Other medical imaging
50|中医科|Chinese medicine
50.01|中医内科专业|Internal medicine (Chinese medicine)
50.02|中医外科专业|Surgery (Chinese medicine)
50.03|中医妇产科专业|Obstetrics and gynaecology (Chinese medicine)
50.04|中医儿科专业|Paediatrics (Chinese medicine)
50.05|中医皮肤科专业|Dermatology (Chinese medicine)
50.06|中医眼科专业|Ophthalmology (Chinese medicine)
50.07|中医耳鼻咽喉科专业|Otorhinolaryngology (Chinese medicine)
50.08|中医口腔科专业|Stomatology (Chinese medicine)
50.09|中医肿瘤科专业|Oncology (Chinese medicine)
50.10|中医骨伤科专业|Orthopaedics and traumatology (Chinese medicine)
50.11|中医肛肠科专业|Proctology (Chinese medicine)
50.12|中医老年病科专业|Geriatrics (Chinese medicine)
50.13|针灸科专业|Acupuncture
50.14|推拿科专业|Tuina massage
50.15|中医康复医学专业|Rehabilitation (Chinese medicine)
50.16|中医急诊科专业|Emergency medicine (Chinese medicine)
50.17|中医预防保健科专业|Preventive health care (Chinese medicine)
50.18|中医科其他专业|Other Chinese medicine
51|民族医学科|Ethnic minority medicine
52|中西医结合科|Integrated Chinese and Western medicine
"""
SUBJECTS: Final[Mapping[str, Subject]] = MappingProxyType(
    {code: Subject(code, name, name_en) for code, name, name_en in (line.split("|") for line in LISTED.splitlines())}
)


def said(code: str) -> str:
    """A code with the name of its subject: 03.04 心血管内科专业; a code that is not listed stands alone."""
    subject = SUBJECTS.get(code)
    return f"{code} {subject.words}" if subject else code


def chosen_code(text: str) -> str:
    """The code a form's field says: 03.04, what the list of suggestions puts there (03.04 心血管内科专业), or a subject's whole name."""
    bare = text.strip()
    head = bare.split(maxsplit=1)[0] if bare else ""
    if STANDARD_CODE.match(head):
        return head
    named = [one.code for one in SUBJECTS.values() if bare in (one.name, one.name.removesuffix("专业"), one.name_en)]
    return named[0] if len(named) == 1 else bare


def subject_code(text: str) -> str:
    """The same from a spreadsheet: also A03.04, 0304, and 3.04, where it took the zero."""
    bare = text.strip().upper().removeprefix("A")
    if lost := LOST_ZERO.match(bare):
        return f"0{lost[1]}.{lost[2]}" if lost[2] else f"0{lost[1]}"
    if together := RUN_TOGETHER.match(bare):
        return ".".join(part for part in together.groups() if part)
    return bare if STANDARD_CODE.match(bare) else chosen_code(text)


def known_code(text: str, field: str = "standard_code") -> str:
    """The code of a listed subject. Refuses with `invalid_input`, naming the nearest subjects."""
    code = chosen_code(text)
    if code not in SUBJECTS:
        raise unknown_code(text, field)
    return code


def unknown_code(text: str, field: str = "standard_code") -> Refusal:
    """No subject of the list, with what may have been meant."""
    near = nearest(text)
    words = _("Meant perhaps: %(names)s.") % {"names": " / ".join(said(one.code) for one in near)} if near else ""
    return invalid(field, _("This is no code of the list of subjects."), remedy=words or _("Like 03 or 03.04."))


def nearest(text: str) -> list[Subject]:
    """The subjects whose code or name is most like a text, the likest first; none when nothing comes near."""
    code, bare = subject_code(text), text.strip()
    ranked = sorted(((_likeness(one, code, bare), one) for one in SUBJECTS.values()), key=lambda pair: (-pair[0], pair[1].code))
    return [one for likeness, one in ranked[:MOST_NEAR] if likeness >= NEAR]


def _likeness(one: Subject, code: str, text: str) -> float:
    if STANDARD_CODE.match(code):
        return SequenceMatcher(None, one.code, code).ratio() + (one.code == code.rpartition(".")[0])
    return max(SequenceMatcher(None, name.lower(), text.lower()).ratio() for name in (one.name.removesuffix("专业"), one.name_en))


def with_words(text: str) -> Sequence[Subject]:
    """The subjects whose code begins with, or whose names hold, what was searched; all of them for nothing."""
    wanted = text.strip().lower()
    return [one for one in SUBJECTS.values() if not wanted or one.code.startswith(wanted) or wanted in f"{one.name} {one.name_en}".lower()]

"""What each kind booked by its name is called on papers and in messages: Chinese for every reader, since the forms are (R202)."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from clinics.models import ServiceKind

RADIOLOGY: Final = "32."  # the standard codes of the imaging subjects
AS_TOLD: Final = "按医院通知准备"


@dataclass(frozen=True, slots=True)
class ExamWords:
    """The words of one form: its title, what is done, what it is for, and how one gets ready for it."""

    form: str
    what: str
    items: str
    purpose: str
    preparation: str
    bring: str


FORMS: Final = MappingProxyType(
    {
        ServiceKind.LAB: ExamWords(
            "检验预约单", "检验", "检验项目", "检验目的", "采样准备", "采样前请告知用药、过敏和晕血、晕针史。"
        ),
        ServiceKind.EXAM: ExamWords(
            "检查预约单", "检查", "检查项目", "检查目的", "检查准备",
            "请告知是否怀孕、体内有无金属或电子植入物、药物和造影剂过敏史，并带以往片子和报告。",
        ),
        ServiceKind.ULTRASOUND: ExamWords(
            "超声检查预约单", "超声检查", "检查项目", "检查目的", "检查准备", "请带以往超声报告；穿宽松、便于暴露检查部位的衣服。"
        ),
        ServiceKind.ECG: ExamWords(
            "心电图检查预约单", "心电图检查", "检查项目", "检查目的", "检查准备", "请带以往心电图；装有起搏器的请告知。"
        ),
        ServiceKind.CHECK_UP: ExamWords("体检预约单", "体检", "套餐项目", "体检目的", "体检准备", "请带以往体检报告；怀孕或备孕的请告知。"),
        ServiceKind.BED: ExamWords(
            "住院预约单", "住院", "住院资源", "住院目的", "入院准备", "请带身份证、医保卡、既往病历和检查结果，以及住院用品和在用药物。"
        ),
        ServiceKind.DAY_SURGERY: ExamWords(
            "日间手术预约单", "日间手术", "手术名称", "手术目的", "术前准备",
            "请带身份证、医保卡、既往病历和检查结果；请告知用药和过敏史，并有家属陪同。",
        ),
    }
)  # fmt: skip


def form_title(kind: str, standard_code: str) -> str:
    """The title of the form; an examination of an imaging department is one of radiology."""
    title = FORMS[ServiceKind(kind)].form
    return f"放射{title}" if kind == ServiceKind.EXAM and standard_code.startswith(RADIOLOGY) else title


def in_one_line(preparation: str) -> str:
    """How one gets ready, without breaks and without a full stop at its end; never empty."""
    lines = (line.strip().rstrip("。；;.") for line in preparation.splitlines())
    return "；".join(filter(None, lines)) or AS_TOLD

"""What the people of the story write: an invented case of hypertension that does not come down."""

from typing import Any, Final

SUBJECT: Final = "03.04"
WRITTEN: Final[dict[str, Any]] = {
    "reason": "三药联合血压仍不达标",
    "impression": "高血压病3级（高危）；2型糖尿病",
    "present_history": "三药足量联合治疗四周，连续两次随访血压158/96、162/94 mmHg，近两周晨起头胀。",
    "past_history": "高血压14年，糖尿病6年，无药物过敏史。",
    "treatment": "缬沙坦160 mg、氨氯地平5 mg、氢氯噻嗪12.5 mg，均每日一次。",
    "truth_accepted": True,
}
REPORT: Final = {
    "diagnosis": "高血压病3级（很高危）",
    "findings": "24小时动态血压均值152/91 mmHg；心脏超声示左室肥厚，左室射血分数61%。",
    "treatment": "改用沙库巴曲缬沙坦，加用螺内酯，复查血钾4.3 mmol/L。",
}
PLAN: Final[dict[str, Any]] = {
    "diagnosis": "高血压病3级（很高危）",
    "treatment_summary": "调整为四药联合，末次诊室血压136/82 mmHg。",
    "follow_up_plan": "每两周测血压和血钾，连续三个月；血压高于150/95 mmHg时再转诊。",
    "rehabilitation_plan": "低盐饮食，每日步行三十分钟。",
    "drugs": [
        {"name": "苯磺酸氨氯地平片", "strength": "5 mg×28片", "usage": "5 mg，每日1次", "course": "长期", "supply": "yes"},
        {"name": "螺内酯片", "usage": "20 mg，每日1次", "supply": "no"},
        {"name": "沙库巴曲缬沙坦钠片", "usage": "100 mg，每日2次", "supply": "substitute", "substitute": "缬沙坦胶囊80 mg"},
    ],
}
MEDICAL: Final = ("高血压", "糖尿病", "缬沙坦")  # words no message may hold

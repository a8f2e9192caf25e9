"""Contents of papers as the product would gather them; all people are invented."""

from copy import deepcopy
from typing import Any

RARE = "䶮㛃𬱖𠅤"
UYGHUR = "阿不都热合曼·买买提"
TOKEN = "r1.9fJ2mZq7Xw3TnB5kLc9VdA"
CODE = "7K4M9TQX"

UP: dict[str, Any] = {
    "template": "slips/up_slip.html",
    "kind": "up",
    "title": "双向转诊（转出）单",
    "void": None,
    "closed": "",
    "version": 1,
    "slip": {"number": "1101022611220217", "date": "2026-11-22", "issuer": "西城区预约转诊"},
    "printing": {"at": "2026-11-22 15:42", "by": "打印人 李静　德胜社区卫生服务中心", "copy_no": 1},
    "patient": {
        "name": "张桂兰",
        "sex": "女",
        "age": "72岁",
        "file_number": "11010200700200123",
        "address": "北京市西城区德胜门外大街甲10号院3号楼2单元501室",
        "phone": "13800005678",
        "masked_phone": "138****5678",
        "document_name": "居民身份证",
        "document": "居民身份证　尾号002X",
        "guardian": "",
    },
    "from": {"name": "北京市西城区德胜社区卫生服务中心", "phone": "010-0000 0101"},
    "to": {"name": "首都医科大学宣武医院", "department": "心血管内科", "doctor": ""},
    "booking": {
        "date": "2026-11-24",
        "half_day": "上午",
        "time": "08:00–08:30",
        "slot_class": "主任医师号",
        "title": "主任医师",
        "mode": "社区转诊预约",
        "service": "",
        "preparation": "",
        "code": CODE,
        "token": TOKEN,
        "pickup": "门诊楼一层转诊服务窗口，就诊前10分钟取号",
        "desks": "转诊窗口：门诊楼一层2号窗口；预约咨询服务台：门诊大厅东侧",
        "cancel_date": "2026-11-23",
        "cancel_by": "referrer_and_resident",
        "cancel_time": "15:00",
        "help_phone": "010-0000 0101",
        "resident_page": "zz.example.cn/r/",
        "no_show_rule": "未取消又未就诊记爽约1次；一个自然年内满3次，暂停预约和转诊3个月。",
    },
    "booker": "",
    "case": {
        "impression": "1. 原发性高血压3级（很高危）；2. 不稳定型心绞痛待查；3. 2型糖尿病。",
        "present_history": "发现血压升高12年，近2周活动后胸闷、气短，每次持续3～5分钟，休息可缓解。今日血压178/102 mmHg。",
        "past_history": "2型糖尿病8年；青霉素过敏（皮疹）。",
        "treatment": "氨氯地平5 mg每日1次、二甲双胍0.5 g每日2次。",
    },
}

RETURN: dict[str, Any] = {
    "template": "slips/return_slip.html",
    "kind": "return",
    "title": "双向转诊（回转）单",
    "void": None,
    "closed": "",
    "version": 1,
    "slip": {"number": "1101022612050031", "date": "2026-12-05", "issuer": "西城区预约转诊", "accept_by": "2026-12-08"},
    "printing": {"at": "2026-12-05 11:20", "by": "打印人 陈立　首都医科大学宣武医院", "copy_no": 1},
    "patient": {name: part for name, part in UP["patient"].items() if name != "file_number"} | {"record_number": "0004518826"},
    "from": {"name": "首都医科大学宣武医院", "phone": "010-0000 0202"},
    "to": {"name": "北京市西城区德胜社区卫生服务中心", "doctor": "李静"},
    "case": {
        "diagnosis": "冠状动脉粥样硬化性心脏病，PCI术后",
        "inpatient_number": "2026118843",
        "results": "冠脉造影：前降支中段狭窄85%，植入支架1枚。",
        "treatment": "11月27日行冠脉支架植入术，过程顺利。",
        "next_plan": "双抗治疗至2027年11月27日；4周后复查血脂。",
        "rehabilitation": "步行每日30分钟，心率不超过100次/分。",
    },
    "drugs": [
        {
            "name": "阿司匹林肠溶片",
            "strength": "100 mg×30片",
            "usage": "100 mg，每日1次",
            "course": "长期",
            "supply": "yes",
            "substitute": "",
        },
        {
            "name": "瑞舒伐他汀钙片",
            "strength": "10 mg×7片",
            "usage": "10 mg，每晚1次",
            "course": "长期",
            "supply": "substitute",
            "substitute": "阿托伐他汀钙片20 mg",
        },
    ],
}


def changed(content: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A copy of a content; a dictionary given for a part is laid over it."""
    copy = deepcopy(content)
    for name, part in parts.items():
        copy[name] = {**copy[name], **part} if isinstance(part, dict) and isinstance(copy.get(name), dict) else part
    return copy

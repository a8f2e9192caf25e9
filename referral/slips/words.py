"""The words of the official papers: Chinese for every reader, since the forms are."""

from typing import Final

SEX: Final = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}

SLOT_CLASS: Final = {
    "general": "普通号",
    "specialty": "专科号",
    "disease": "专病号",
    "expert_associate": "副主任医师号",
    "expert_chief": "主任医师号",
}
PICKUP_BY: Final = {"window": "窗口取号", "self_service": "自助机取号", "both": "窗口或自助机取号"}
TITLE: Final = {
    "": "",
    "chief": "主任医师",
    "associate_chief": "副主任医师",
    "attending": "主治医师",
    "resident": "住院医师",
}
DOCUMENT: Final = {
    "resident_id": "居民身份证",
    "household_register": "户口簿",
    "hmt_residence": "港澳台居民居住证",
    "hk_macau_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "foreign_permanent": "外国人永久居留身份证",
    "chinese_passport": "中国护照",
    "foreign_passport": "外国护照",
    "military": "军人证件",
    "birth_certificate": "出生医学证明",
}
CAUSE: Final = {
    "by_referrer": "转诊医生取消",
    "by_resident": "患者取消",
    "by_hospital": "医院取消",
    "stopped": "医院停诊",
    "by_system": "系统取消",
    "offer_lapsed": "候补未确认",
}
VOID_STATUS: Final = {
    "cancelled": "已取消",
    "moved": "已改约，另有新单",
    "noshow": "未就诊",
    "entered_in_error": "误录",
}
USED_STATUS: Final = {"arrived": "已取号", "fulfilled": "已就诊"}
ACTOR: Final = {"user": "工作人员", "patient": "患者本人", "system": "系统", "anonymous": "患者本人"}
MODE: Final = {
    "community_referral": "社区转诊预约",
    "in_consultation": "诊间预约",
    "network": "网络预约",
    "on_site": "现场预约",
}

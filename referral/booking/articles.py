"""The articles this room's rules stand on, quoted literally; a test compares them with docs/rules/catalogue.tsv."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Source(StrEnum):
    """The documents the catalogue was read from."""

    CITY_BOOKING = "000"
    CITY_REFERRAL = "002"
    DISTRICT = "003"
    HOSPITAL_A = "004A"
    HOSPITAL_N = "004N"
    NOT_CHOSEN = "003, not chosen"  # a default of this platform after the district's draft, which nobody in the district chose (R140)


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its catalogue id, the document, its number there and its words."""

    rule: str
    source: Source
    number: str
    quote: str


RIGHT: Final = Article("R045", Source.CITY_REFERRAL, "Q2", "不得赋予其他人员预约转诊权限")
GRANT: Final = Article(
    "R046",
    Source.CITY_REFERRAL,
    "Q2",
    "各区卫生健康委应设置转诊平台区级管理员,负责人员信息汇总及资质审核,并赋予家庭医生和专科医生预约转诊权限",
)
SEEN: Final = Article("R050", Source.CITY_REFERRAL, "Q2", "不得出现未经诊治直接预约转诊挂号的行为")
CONTRACT: Final = Article("R118", Source.DISTRICT, "§22", "应与西城区社区卫生服务机构完成家庭医生服务签约,并建立个人健康档案")
HORIZON: Final = Article("R106", Source.DISTRICT, "§17", "区分级诊疗平台原则上提供两周以内的预约诊疗和预约转诊服务")
CUTOFF: Final = Article("R107", Source.DISTRICT, "§17", "预约截止日期为就诊前一日15时,剩余资源应立即返回各医疗机构,供现场挂号使用")
DAY: Final = Article("R108", Source.DISTRICT, "§17(1)", "同一就诊日的预约总量不得超过2次,且在同一医疗机构的同一科室只能预约1次")
DAY_DEPARTMENT: Final = Article(
    "R015", Source.CITY_BOOKING, "Q&A 2", "同一患者实名(有效证件号)在同一就诊日、同一医院、同一科室只能预约一次"
)
WEEK_DEPARTMENT: Final = Article("R109", Source.DISTRICT, "§17(2)", "同一科室连续七日内的预约总量不得超过3次")
WEEK: Final = Article("R017", Source.CITY_BOOKING, "Q&A 2", "在七日内的预约总量不可超过三次")
QUARTER: Final = Article("R018", Source.CITY_BOOKING, "Q&A 2", "在三个月内预约总量不可超过五次")
CONTROLLED: Final = Article("R014", Source.CITY_BOOKING, "Q&A 1", "以免实名身份信息进入管制名单无法预约")
BANNED: Final = Article("R136", Source.DISTRICT, "§32", "对重复预约、被列入违约名单的人员在此后3个月内将无法享受预约诊疗和预约转诊服务")
RESTRICTED: Final = Article("R027", Source.CITY_BOOKING, "Q&A 8.2", "不到医院取号,超过一定的次数,将被医院限制使用预约服务")
CHURN: Final = Article("R147", Source.HOSPITAL_A, "§8.3", "患者超出3次无故取消预约,医院有权暂时停止其预约权限")
HOURS: Final = Article("R142", Source.HOSPITAL_A, "§5", "预约时间段为每周一至周日的上午8:00至下午17:00")
EMERGENCY: Final = Article("R187", Source.HOSPITAL_N, "七.1", "急诊患者享有优先就诊权,预约患者需为其让行")
TAKEN: Final = Article("R019", Source.CITY_BOOKING, "Q&A 3", "在提交资料的同时,号源已被其他用户先预约了")
SUSPENDED: Final = Article("R052", Source.CITY_REFERRAL, "Q2", "将取消当事人或该医疗卫生机构使用转诊平台的权限,并依据相关法律法规处理")
CANCEL: Final = Article("R022", Source.CITY_BOOKING, "Q&A 5", "需要在就诊前日的15时之前(个别医院14时之前)办理")
ASKED: Final = Article("R072", Source.DISTRICT, "§8", "也提供影像、检验、超声、体检、住院、日间手术等多种资源预约服务")
IDENTITIES: Final = Article("R011", Source.CITY_BOOKING, "Q&A 1", "网上注册时1个手机号可以关联3个身份证号")
TRUTH: Final = Article("R102", Source.DISTRICT, "§16", "并确保信息的真实性和完整性")

ARTICLES: Final = (
    RIGHT, GRANT, SEEN, CONTRACT, HORIZON, CUTOFF, DAY, DAY_DEPARTMENT, WEEK_DEPARTMENT, WEEK,
    QUARTER, CONTROLLED, BANNED, RESTRICTED, CHURN, HOURS, EMERGENCY,
    TAKEN, SUSPENDED, CANCEL, ASKED, IDENTITIES, TRUTH,
)  # fmt: skip

"""The institutions of the demonstration; levels and grades from general knowledge, to be confirmed by the district."""

from dataclasses import dataclass, field

XICHENG = "110102"
MARK = "演示数据：级别、等次、所属区据公开常识，待区卫生健康委核定"
DISTRICTS = (
    ("110101", "东城区", "Dongcheng"),
    ("110102", "西城区", "Xicheng"),
    ("110105", "朝阳区", "Chaoyang"),
    ("110106", "丰台区", "Fengtai"),
    ("110107", "石景山区", "Shijingshan"),
    ("110108", "海淀区", "Haidian"),
    ("110109", "门头沟区", "Mentougou"),
    ("110111", "房山区", "Fangshan"),
    ("110112", "通州区", "Tongzhou"),
    ("110113", "顺义区", "Shunyi"),
    ("110114", "昌平区", "Changping"),
    ("110115", "大兴区", "Daxing"),
    ("110116", "怀柔区", "Huairou"),
    ("110117", "平谷区", "Pinggu"),
    ("110118", "密云区", "Miyun"),
    ("110119", "延庆区", "Yanqing"),
)

# The fifteen sub-districts with a centre each; the first six have two stations (invented names of residential quarters).
SUBDISTRICTS = (
    ("德胜", "Desheng", ("新风", "双旗杆")),
    ("展览路", "Zhanlanlu", ("百万庄", "文兴街")),
    ("月坛", "Yuetan", ("三里河", "木樨地")),
    ("新街口", "Xinjiekou", ("冠英园", "西里")),
    ("什刹海", "Shichahai", ("白米", "柳荫街")),
    ("广外", "Guangwai", ("红莲", "车站东街")),
    ("金融街", "Jinrongjie", ()),
    ("西长安街", "Xichang'anjie", ()),
    ("大栅栏", "Dashilan", ()),
    ("天桥", "Tianqiao", ()),
    ("椿树", "Chunshu", ()),
    ("陶然亭", "Taoranting", ()),
    ("广内", "Guangnei", ()),
    ("牛街", "Niujie", ()),
    ("白纸坊", "Baizhifang", ()),
)

GENERAL = (
    ("03.04", "心血管内科"),
    ("03.03", "神经内科"),
    ("03.07", "内分泌科"),
    ("03.01", "呼吸与危重症医学科"),
    ("03.02", "消化内科"),
    ("03.06", "肾内科"),
    ("04.01", "普通外科"),
    ("04.03", "骨科"),
    ("05.01", "妇科"),
    ("10", "眼科"),
    ("11", "耳鼻咽喉科"),
    ("13", "皮肤科"),
    ("21", "康复医学科"),
    ("32.05", "超声医学科"),
    ("32.03", "磁共振室"),
)
# Examinations of two hospitals that stand in rooms of their own (R202).
EXAMINING = (("30", "检验科"), ("32.02", "放射科"), ("32.06", "心电图室"))
HEART = (("03.04", "冠心病中心"), ("03.04", "高血压中心"), ("03.04", "心律失常中心"), ("04.06", "心脏外科"), ("32.05", "超声影像中心"))
CHILDREN = (("07.04", "呼吸内科"), ("07.05", "心脏内科"), ("07.09", "内分泌科"), ("07.08", "神经内科"), ("08.02", "骨科"), ("13", "皮肤科"))
MIND = (("15.01", "精神科"), ("15.01", "心境障碍科"), ("15.06", "临床心理科"))
CHINESE = (("50.01", "内科"), ("03.04", "心血管科"), ("03.07", "内分泌科"), ("50.10", "骨伤科"), ("50.11", "肛肠科"), ("50.13", "针灸科"))


@dataclass(frozen=True, slots=True)
class Hospital:
    name: str
    short_name: str
    level: str
    grade: str
    category: str
    departments: tuple[tuple[str, str], ...]
    district: str = XICHENG
    name_en: str = ""
    address: str = ""
    pickup_place: str = ""


HOSPITALS = (
    Hospital("北京大学第一医院", "北大医院", "3", "甲等", "general", GENERAL + EXAMINING, name_en="Peking University First Hospital",
             address="西城区西什库大街8号", pickup_place="门诊楼一层2号转诊窗口"),
    Hospital("北京大学人民医院", "人民医院", "3", "甲等", "general", GENERAL + EXAMINING, name_en="Peking University People's Hospital",
             address="西城区西直门南大街11号", pickup_place="门诊楼一层社区转诊窗口"),
    Hospital("首都医科大学宣武医院", "宣武医院", "3", "甲等", "general", GENERAL, name_en="Xuanwu Hospital",
             address="西城区长椿街45号", pickup_place="门诊楼一层综合服务台"),
    Hospital("首都医科大学附属北京友谊医院", "友谊医院", "3", "甲等", "general", GENERAL, name_en="Beijing Friendship Hospital",
             address="西城区永安路95号", pickup_place="门诊楼一层双向转诊窗口"),
    Hospital("北京积水潭医院", "积水潭医院", "3", "甲等", "general", GENERAL, name_en="Beijing Jishuitan Hospital",
             address="西城区新街口东街31号", pickup_place="门诊楼一层转诊窗口"),
    Hospital("中国医学科学院阜外医院", "阜外医院", "3", "甲等", "specialist", HEART, name_en="Fuwai Hospital",
             address="西城区北礼士路167号", pickup_place="门诊楼一层转诊窗口"),
    Hospital("首都医科大学附属北京儿童医院", "儿童医院", "3", "甲等", "specialist", CHILDREN, name_en="Beijing Children's Hospital",
             address="西城区南礼士路56号", pickup_place="门诊楼一层转诊窗口"),
    Hospital("首都医科大学附属北京安定医院", "安定医院", "3", "甲等", "specialist", MIND, name_en="Beijing Anding Hospital",
             address="西城区德胜门外安康胡同5号", pickup_place="门诊楼一层挂号处"),
    Hospital("中国中医科学院广安门医院", "广安门医院", "3", "甲等", "chinese_medicine", CHINESE, name_en="Guang'anmen Hospital",
             address="西城区北线阁街5号", pickup_place="门诊楼一层转诊窗口"),
    Hospital("首都医科大学附属复兴医院", "复兴医院", "3", "", "general", GENERAL, name_en="Fuxing Hospital",
             address="西城区复兴门外大街甲20号", pickup_place="门诊楼一层转诊窗口"),
    Hospital("北京市第二医院", "市二医院", "2", "", "general", GENERAL, name_en="Beijing Second Hospital",
             address="西城区宣武门内大街油坊胡同36号", pickup_place="门诊一层挂号处"),
    Hospital("北京市监狱管理局中心医院", "监狱局医院", "2", "", "general", GENERAL, name_en="Beijing Prison Administration Hospital",
             address="西城区右安门东街9号", pickup_place="门诊一层挂号处"),
)  # fmt: skip

# The booking rules every hospital of the demonstration has written down (R075).
RULES = """一、预约方式：家庭医生经平台预约转诊；居民可拨打114或到窗口预约。
二、预约转诊号源优先提供给签约居民，实行实名制，取号时核对证件。
三、持转诊单和有效证件，按约定时段到转诊窗口或自助机取号，逾时作废。
四、不能按时就诊的，请在截止时间前取消；未取消又未就诊的按爽约登记。
五、医师停诊由本院提前两个工作日告知，并协助改约同级医师或另约时间。
六、预约咨询服务台负责解答预约、取号和候诊问题，受理意见和投诉。"""

# The rest of the thirty hospitals of July 2011, as the news wrote them; registered without sessions.
ELSEWHERE = (
    ("卫生部中日友好医院", "110105", "general"),
    ("中国医科院协和医院", "110101", "general"),
    ("中国医科院肿瘤医院", "110105", "specialist"),
    ("中国中医研究院西苑中医院", "110108", "chinese_medicine"),
    ("北京电力医院", "110106", "general"),
    ("首都医科大学附属北京朝阳医院", "110105", "general"),
    ("首都医科大学附属北京天坛医院", "110106", "general"),
    ("首都医科大学附属北京同仁医院", "110101", "general"),
    ("首都医科大学附属北京安贞医院", "110105", "general"),
    ("北京世纪坛医院", "110108", "general"),
    ("首都儿科研究所附属儿童医院", "110105", "specialist"),
    ("北京妇产医院", "110105", "specialist"),
    ("北京中医医院", "110101", "chinese_medicine"),
    ("首都医科大学附属北京口腔医院", "110101", "specialist"),
    ("北京回龙观医院", "110114", "specialist"),
    ("北京地坛医院", "110105", "specialist"),
    ("北京佑安医院", "110106", "specialist"),
    ("北京胸部肿瘤结核病研究所", "110112", "specialist"),
    ("北京肿瘤医院", "110108", "specialist"),
    ("北京老年医院", "110108", "general"),
    ("北京小汤山医院", "110114", "general"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """An alliance; its membership is invented for the demonstration. Numbers are places in SUBDISTRICTS."""

    name: str
    kind: str
    lead: str
    centres: tuple[int, ...]
    hospitals: tuple[str, ...] = field(default=())


EVERYWHERE = tuple(range(len(SUBDISTRICTS)))
ALLIANCES = (
    Group("北大医院医联体", "comprehensive", "北京大学第一医院", (0, 4, 7, 6), ("首都医科大学附属复兴医院",)),
    Group("人民医院医联体", "comprehensive", "北京大学人民医院", (1, 2, 3), ("北京积水潭医院",)),
    Group("宣武医院医联体", "comprehensive", "首都医科大学宣武医院", (5, 10, 12, 13), ("北京市第二医院",)),
    Group("友谊医院医联体", "comprehensive", "首都医科大学附属北京友谊医院", (8, 9, 11, 14), ("北京市监狱管理局中心医院",)),
    Group("阜外心血管专科医联体", "specialty", "中国医学科学院阜外医院", EVERYWHERE),
    Group("儿童医院儿科医联体", "specialty", "首都医科大学附属北京儿童医院", EVERYWHERE),
)

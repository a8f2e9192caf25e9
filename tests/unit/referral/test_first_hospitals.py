"""The thirty hospitals the city's platform began with are in the demonstration, each once (R029)."""

from referral.demo.places import ELSEWHERE, HOSPITALS

# As the news of July 2011 wrote them; two have another name today.
FIRST = [
    "卫生部中日友好医院", "中国医科院协和医院", "中国医学科学院阜外医院", "中国医科院肿瘤医院", "北京大学第一医院",
    "北京大学人民医院", "中国中医科学院广安门医院", "中国中医研究院西苑中医院", "北京电力医院", "首都医科大学附属北京友谊医院",
    "首都医科大学附属北京朝阳医院", "首都医科大学附属北京天坛医院", "首都医科大学附属北京同仁医院", "北京积水潭医院",
    "首都医科大学宣武医院", "首都医科大学附属北京安贞医院", "北京世纪坛医院", "首都儿科研究所附属儿童医院",
    "首都医科大学附属北京儿童医院", "北京妇产医院", "北京中医医院", "首都医科大学附属北京口腔医院",
    "首都医科大学附属北京安定医院", "北京回龙观医院", "北京地坛医院", "北京佑安医院", "北京胸部肿瘤结核病研究所", "北京肿瘤医院",
    "北京老年医院", "北京小汤山医院",
]  # fmt: skip


def test_the_thirty_hospitals_of_the_list_are_seeded_once() -> None:
    seeded = [one.name for one in HOSPITALS] + [name for name, _district, _category in ELSEWHERE]

    assert len(FIRST) == len(set(FIRST)) == 30
    assert [name for name in FIRST if seeded.count(name) != 1] == []

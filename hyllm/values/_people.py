"""Where a text names people: Chinese surnames, public titles, and the names that follow a title."""

import re
from collections.abc import Iterator

from ._finding import Found

_TITLES = (
    "书记|市长|县长|区长|州长|镇长|乡长|局长|厅长|部长|处长|科长|主任|主席|秘书长|院长|校长|检察长|会长|理事长|"
    "董事长|总经理|总裁|副总裁|关长|站长|台长|社长|馆长|所长|队长|指挥长|市领导|省领导|县领导"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧肖尹姚邵湛汪祁毛禹狄米贝明臧"
    "计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫"
    "经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程邢裴陆荣翁荀羊惠甄曲封芮储靳段富巫乌焦巴弓牧隗山谷车侯全班仰秋仲"
    "伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲从鄂索赖卓蔺屠蒙池乔阴胥苍闻莘党翟谭贡劳申扶堵冉宰雍桑桂"
    "牛寿通边扈燕冀尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄东欧沃利蔚越隆师巩"
    "聂晁勾敖融冷辛阚那简饶曾关岳楚游盖益桓公练覃佘阳佟言邝游谌"
)
_SURNAME = rf"(?:欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|闻人|令狐|[{_SURNAMES}])"
_VERBS = "说称讲主致参见会到表介宣汇带调作为和与及等在的任出一担前率深走赴向对指要分先随同代签陪掰告回"
"""Characters that end a name of two: what its bearer does comes next."""
_TITLED = re.compile(rf"(?:{_TITLES})(?P<name>{_SURNAME}(?:(?![{_VERBS}]|强调)[\u4e00-\u9fff]){{1,2}})")


def find_titled_names(text: str) -> Iterator[Found]:
    """The names that follow a title in a text without white space: 方自强 of 县长方自强."""
    for match in _TITLED.finditer(text):
        yield Found("name", *match.span("name"))


def surname_pattern() -> str:
    """One surname, as a regular expression."""
    return _SURNAME


def title_pattern() -> str:
    """What titles end in, as a regular expression."""
    return f"(?:{_TITLES})"

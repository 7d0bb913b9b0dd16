"""Pages in the manner of a city newspaper, and quotes from them as OCR and models bend them.

All of it is put together from the words and sentence patterns below, by a seeded generator. Each quote
knows where it stands: the truth comes from how the page was put together, not from looking for it.
"""

import random
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

# Syllables and words to put names together from; sentences to put them into.
_SURNAMES = "岑祝樊雍詹庞卜柴鄢阙麦冼敖蓝佟屈桑濮车冷"
_GIVEN = "砚秋澍禾岚牧川棠屿舟黎澄野朔望楠苇蘅霁舒钧铎攸晗峤泊筠菡"
_TOWNS = (
    "栗江 茅市 车江 相市 石湾 荣桓 杨林 踏庄 吴集 甘溪 草市 三樟 蓬源 高湖 霞流 咸塘 谭子山 岘山 云集 宝盖"
).split()
_COINED = (
    "穗丰 砺石 澄川 云麓 启明湾 木兰渡 青鸾 稷下 拓海 远帆 竹映 沐光 鹿鸣 榫卯 金谷仓 白鹭洲 长堤 瀚原"
).split()
_TRADES = (
    "茶油精炼 陶瓷釉料 电线电缆 预制菜 生物饲料 光学镜片 竹木家居 废旧轮胎再生 冷链配送 数控刀具 "
    "中药饮片 塑料模具 童鞋 米粉 环卫车辆"
).split()
_WORKS = "产业园 加工厂 生产线 研发楼 物流港 标准厂房 示范基地 培训中心".split()
_BODIES = "水利局 林业局 供销社 农科所 商务局 市场监管局 住建局 卫健局 文旅局 应急管理局".split()
_POSTS = "局长 副局长 党组书记 总工程师 主任 调研员".split()
_GOODS = "仪器 肥料 种苗 水泵 课桌 药品 图书 雨具 农膜 灯具".split()
_MEETINGS = "秋粮收购 河湖清漂 老旧小区改造 职业技能提升 护林防火 校园食品安全 乡镇污水治理 春运保畅".split()
_MEASURES = "亩 户 台 吨 名 家 公里 座 间 套".split()
_SCENES = (
    "老码头的石阶上;镇口的香樟树下;改造后的旧粮仓里;雨后的梯田埂边;调度室的大屏前;刚封顶的厂房内;晾满竹匾的院坝里;"
    "渡船靠岸的工夫;天色擦黑的集市上;图书室的长桌旁;果园深处的索道边;水库大坝的背风处;诊室门外的走廊上;"
    "拆去围墙的操场边;货车排成长龙的路口;腌菜缸之间的过道里;新架的廊桥两头;机声震耳的车间一角"
).split(";")
_FOLK = (
    "几位返乡青年;穿蓝布褂的师傅;戴草帽的测量员;隔壁的豆腐坊主;放了学的孩子们;赶早的采购商;值夜班的护士长;"
    "背药箱的防疫员;两鬓斑白的校工;挑担子的货郎;管闸口的老职工;修族谱的老先生;跑运输的夫妻;带徒弟的木匠"
).split(";")
_ACTS = (
    "反复比对样件尺寸;把图纸铺在膝盖上核对;低声商量接送的安排;往竹筐里码放油茶籽;用粉笔记下水位刻度;"
    "给樟木横梁刷桐油;蹲着掰开莲蓬尝鲜;盯住每道焊缝仔细查看;把招牌换成木底白字;轮流试坐修好的长椅;"
    "清点刚到货的救生衣;为走失的羊群发愁;对着镜头介绍腊味做法;在红榜跟前寻找名字;替邻居誊写申请材料;"
    "沿渠道拔除水葫芦;守着炉火等头锅米粉出笼;围住样机问长问短"
).split(";")
_MATTERS = (
    "群众反映的停水问题;外地企业的用工申请;危桥加固的施工方案;堆放过久的建筑渣土;学校周边的流动摊点;"
    "集体林地的承包合同;老人食堂的经费来源;渡口停航后的摆渡;沿江违建的拆除补偿;特困家庭的取暖用煤"
).split(";")
_RULES = (
    "未经公示便无权签字;不能让人来回奔波;没有回音的要逐件追问;无需层层加盖公章;未到现场者不得发言;"
    "没弄明白之前先别承诺;不许拿旧报表充数;无论大小都得留下记录;从不缺席的才算尽职;未了的手续尽快补齐"
).split(";")
_PATTERNS = (
    "{person}在{town}镇查看{coined}{trade}{works}时说，{saying}。",
    "{detail}，{person}顾不上抬头看{coined}{goods}，{detail2}。",
    "据{body}介绍，{coined}{trade}{works}选址{town}镇，占地{number}亩，计划总投资{money}，首批{goods}已经运抵。",
    "{day}，{body}召开{meeting}工作推进会，{person}和{body}{person2}通报了前{ordinal}批{trade}整改情况。",
    "{town}镇{person}一家种了{number}亩莲藕，{detail}。",
    "会上，{body}{post}{person}表示，{saying}；{saying2}。",
    "这是{town}镇第{ordinal}次承办{meeting}现场观摩，{number}{measure}{goods}登记在册，{detail}。",
    "“{saying}。”{person}指着{meeting}进度表告诉记者，{coined}{trade}{works}的第{ordinal}标段眼下只差收尾。",
    "{coined}公司负责人{person}算过一笔账：一条{trade}{works}每年要用{goods}{number}{measure}，{saying}。",
    "自{year}年以来，{town}镇把{meeting}列为头等大事，先后添置{goods}{number}{measure}，{detail}。",
    "记者在{town}镇看到，{detail}，{detail2}，{person}正带着{number}名学徒清点{goods}。",
    "{body}原{post}{person}回忆，当年{town}镇只有{number}{measure}{goods}，{detail}。",
    "《{coined}{trade}管理办法（试行）》{day}起施行，{saying}，{body}负责解释。",
    "{meeting}不是一阵风——{person}把{goods}写在{meeting}笔记本的扉页，{saying}。",
)
_ELSEWHERE = (
    "{folk}凑钱给{town}镇的戏台添了两块幕布，排练的调门一天高过一天。",
    "山那边的茶厂今年改烧电锅炉，{person}把旧烟囱留下来当了瞭望塔。",
    "候鸟比往年早到半个月，{body}的巡护员划着小船挨个补钉警示牌。",
    "夜校的灯亮到十点，学{trade}的学员抱着零件不肯散去。",
    "棋摊前围了三层人，{folk}争论的是那步跳马该不该走。",
    "合作社把分红的日子提前，{person}领到钱先还了赊下的化肥账。",
    "雾散以后缆车重新开动，{scene}的摊主忙着揭开蒸笼盖。",
    "{folk}捐出的老照片挂满走廊，参观者在渡口旧影前停得最久。",
    "冷库扩容那几天，{person}睡在值班床上听压缩机的动静。",
    "放映队翻过山梁送来露天电影，{folk}扛着条凳抢占好位置。",
)
"""Sentences that no page has: what is taken from them stands nowhere."""
_VALUES = frozenset("person person2 body money day coined town".split())
_FACTS = frozenset("0123456789〇零一二三四五六七八九十百千万亿两半几数首年月日%第不未无没非否勿莫")
_NUMERAL_STEPS = dict(zip("一二三四五六七八九", "二三四五六七八九一", strict=True))
_COUNTING = re.compile("第([一二三四五六七八九])|([万亿])元|([一二三四五六七八九])[百十]")
_CUT = re.compile("[0-9零一二三四五六七八九十百千万亿.]{2}")
_MISREAD = "凊曰囗巳戍扌丿冂匚厶彐廾亠宀尢屮巛爿甴肀舄豸髟鬯黹龠"
_TO_ASCII = str.maketrans("，。；：？！（）“”《》、", ',.;:?!()""<>,')
_COLUMN_MARKS = str.maketrans("，：；（）", ",:;()")
_TO_WIDE = str.maketrans(",;:()!?", "，；：（）！？")
_CLAUSE = re.compile(r"[^\n，。；：？！“”（）《》、—,.;:?!\"()<>]+")
_SENTENCE = re.compile(r"[^。；？！\n]+[。；？！]")


class Piece(NamedTuple):
    """A piece of a sentence."""

    text: str
    is_value: bool = False


class Page(NamedTuple):
    """A page: what it says, how it is printed, and where each character of the one stands in the other."""

    says: str
    """Without line breaks and blanks, but for the ends of paragraphs."""
    printed: str
    at: Sequence[int]
    values: Sequence[tuple[int, int]]
    """Spans of names, bodies, amounts and dates in `says`."""

    def place(self, begin: int, stop: int) -> tuple[int, int]:
        """Where `says[begin:stop]` is printed."""
        return self.at[begin], self.at[stop - 1] + 1


class Quote(NamedTuple):
    """Words reported of a page, and where they stand; `None` where they do not stand there at all."""

    page: Page
    words: str
    place: tuple[int, int] | None
    is_text: bool = True
    own: tuple[int, int] | None = None
    """The part of the page the record rests on."""
    beside: tuple[int, int] | None = None
    """Where the record's name stands."""


def printed_page(paragraphs: Sequence[Sequence[Piece]], rng: random.Random) -> Page:
    """A page of paragraphs.

    Half of the paragraphs are set in a column of its own width, some with ASCII punctuation; here and
    there OCR left a blank between two characters.
    """
    says: list[str] = []
    printed: list[str] = []
    at: list[int] = []
    values: list[tuple[int, int]] = []
    length = 0
    for pieces in paragraphs:
        column = rng.choice([0, rng.randint(16, 30)])
        ascii_marks = rng.random() < 0.25
        width = 0
        for piece in pieces:
            text = piece.text.translate(_COLUMN_MARKS) if ascii_marks else piece.text
            if piece.is_value:
                values.append((len(at), len(at) + len(text)))
            for character in text:
                blank = "\n" if column and width >= column else " " * (rng.random() < 0.012)
                width = 0 if blank == "\n" else width + 1
                printed += [blank, character]
                length += len(blank) + 1
                says.append(character)
                at.append(length - 1)
        says.append("\n")
        printed.append("\n\n")
        at.append(length)
        length += 2
    return Page("".join(says), "".join(printed), at, values)


def _name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice([1, 2, 2])))


def _number(rng: random.Random) -> str:
    return rng.choice(
        [
            str(rng.randint(12, 980)),
            f"{rng.randint(1, 9)}{rng.randint(0, 9)}00",
            "一百二十",
            "三百八十",
            "六千余",
        ]
    )


def _money(rng: random.Random) -> str:
    return rng.choice(["约", "近", "", ""]) + rng.choice(
        [
            f"{rng.randint(2, 60)}亿元",
            f"{rng.randint(1, 9)}.{rng.randint(1, 9)}亿元",
            f"{rng.randint(2, 90)}00万元",
        ]
    )


def sentence(rng: random.Random, patterns: Sequence[str] = _PATTERNS) -> list[Piece]:
    """A sentence in pieces: its fixed words, and its values."""
    slots = {
        "person": _name(rng),
        "person2": _name(rng),
        "town": rng.choice(_TOWNS),
        "coined": rng.choice(_COINED),
        "trade": rng.choice(_TRADES),
        "works": rng.choice(_WORKS),
        "body": f"{rng.choice(_TOWNS)}县{rng.choice(_BODIES)}",
        "post": rng.choice(_POSTS),
        "goods": rng.choice(_GOODS),
        "meeting": rng.choice(_MEETINGS),
        "measure": rng.choice(_MEASURES),
        "number": _number(rng),
        "money": _money(rng),
        "ordinal": rng.choice("二三四五六七八九"),
        "year": str(rng.randint(2012, 2025)),
        "day": f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日" + rng.choice(["", "上午", "下午"]),
        "detail": _detail(rng),
        "detail2": _detail(rng),
        "saying": _saying(rng),
        "saying2": _saying(rng),
        "scene": rng.choice(_SCENES),
        "folk": rng.choice(_FOLK),
    }
    parts = re.split(r"\{(\w+)\}", rng.choice(patterns))
    return [Piece(slots[p], p in _VALUES) if index % 2 else Piece(p) for index, p in enumerate(parts)]


def _detail(rng: random.Random) -> str:
    return rng.choice(_SCENES) + rng.choice(_FOLK) + rng.choice(_ACTS)


def _saying(rng: random.Random) -> str:
    return rng.choice(_MATTERS) + rng.choice(_RULES)


def page(rng: random.Random, length: int = 10_000, patterns: Sequence[str] = _PATTERNS) -> Page:
    """A page of about `length` characters, in paragraphs of three to eight sentences."""
    paragraphs: list[list[Piece]] = []
    so_far = 0
    while so_far < length:
        paragraph = [piece for _ in range(rng.randint(3, 8)) for piece in sentence(rng, patterns)]
        so_far += sum(len(piece.text) for piece in paragraph)
        paragraphs.append(paragraph)
    return printed_page(paragraphs, rng)


# The perturbations. Each takes a page and gives a quote of it, or nothing where its draw does not fit.
Perturbation = Callable[[Page, random.Random], Quote | None]
Bend = Callable[[str], str | None]


@lru_cache(maxsize=256)
def _runs(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _drawn(
    page: Page, rng: random.Random, pattern: re.Pattern[str], least: int, most: int
) -> tuple[int, int] | None:
    """A run of the page that stands there once, of a suitable length."""
    begin, stop = rng.choice(_runs(page.says, pattern))
    once = (
        page.says.find(page.says[begin:stop], begin + 1) < 0
        and page.says.find(page.says[begin:stop]) == begin
    )
    return (begin, stop) if least <= stop - begin <= most and once else None


def _clause_quote(
    page: Page, rng: random.Random, bend: Callable[[str], str | None], least: int = 8
) -> Quote | None:
    drawn = _drawn(page, rng, _CLAUSE, least, 60)
    words = bend(page.says[slice(*drawn)]) if drawn else None
    return Quote(page, words, page.place(*drawn)) if drawn and words else None


def _value_quote(page: Page, rng: random.Random, bend: Bend) -> Quote | None:
    begin, stop = rng.choice(page.values)
    value = page.says[begin:stop]
    words = bend(value) if page.says.count(value) == 1 else None
    return Quote(page, words, page.place(begin, stop), is_text=False) if words else None


def verbatim_clause(page: Page, rng: random.Random) -> Quote | None:
    """A clause as it is."""
    return _clause_quote(page, rng, str, least=4)


def field_value(page: Page, rng: random.Random) -> Quote | None:
    """A name, a body, an amount or a date as it is."""
    return _value_quote(page, rng, str)


def mid_clause(page: Page, rng: random.Random) -> Quote | None:
    """4 to 14 characters out of the middle of a clause, cutting no number: that would state another."""
    drawn = _drawn(page, rng, _CLAUSE, 8, 60)
    if drawn is None:
        return None
    length = rng.randint(4, min(14, drawn[1] - drawn[0] - 2))
    begin = rng.randint(drawn[0] + 1, drawn[1] - length - 1)
    words = page.says[begin : begin + length]
    cut = _CUT.search(page.says, begin - 1, begin + 1) or _CUT.search(
        page.says, begin + length - 1, begin + length + 1
    )
    fits = page.says.count(words) == 1 and not cut
    return Quote(page, words, page.place(begin, begin + length)) if fits else None


def _whole_sentence(
    page: Page, rng: random.Random, bend: Callable[[str], str], least: int, most: int
) -> Quote | None:
    drawn = _drawn(page, rng, _SENTENCE, least, most)
    words = bend(page.says[slice(*drawn)]) if drawn else None
    return Quote(page, words, page.place(*drawn)) if drawn and words else None


def to_ascii(page: Page, rng: random.Random) -> Quote | None:
    """A sentence whose marks became ASCII."""
    return _whole_sentence(page, rng, lambda words: words.translate(_TO_ASCII), 10, 60)


def to_full_width(page: Page, rng: random.Random) -> Quote | None:
    """A sentence whose ASCII marks became full-width."""
    quote = _whole_sentence(page, rng, lambda words: words.translate(_TO_WIDE), 10, 60)
    return quote if quote and quote.words not in quote.page.says else None


def line_break_joined(page: Page, rng: random.Random) -> Quote | None:
    """A clause that is printed over a line end, quoted without it."""
    quote = _clause_quote(page, rng, str)
    return quote if quote and quote.place and "\n" in page.printed[slice(*quote.place)] else None


def _with(inserted: str, rng: random.Random) -> Callable[[str], str]:
    def bend(words: str) -> str:
        place = rng.randint(1, max(1, len(words) - 1))
        return words[:place] + inserted + words[place:]

    return bend


def line_break_inserted(page: Page, rng: random.Random) -> Quote | None:
    """A clause quoted with a line break."""
    return _clause_quote(page, rng, _with("\n", rng))


def space_in_clause(page: Page, rng: random.Random) -> Quote | None:
    """A clause quoted with a blank."""
    return _clause_quote(page, rng, _with(rng.choice([" ", "\u3000"]), rng))


def space_in_value(page: Page, rng: random.Random) -> Quote | None:
    """A value quoted with a blank."""
    return _value_quote(page, rng, _with(" ", rng))


def space_in_source(page: Page, rng: random.Random) -> Quote | None:
    """A clause in which OCR left a blank."""
    quote = _clause_quote(page, rng, str, least=4)
    return quote if quote and quote.place and " " in page.printed[slice(*quote.place)] else None


def _misread(words: str, rng: random.Random, count: int) -> str | None:
    plain = [
        n
        for n, character in enumerate(words)
        if "\u4e00" <= character <= "\u9fff" and character not in _FACTS
    ]
    if len(plain) < count:
        return None
    bent = list(words)
    for place in rng.sample(plain, count):
        bent[place] = rng.choice(_MISREAD)
    return "".join(bent)


def one_wrong(page: Page, rng: random.Random) -> Quote | None:
    """A clause with one wrong character."""
    return _clause_quote(page, rng, lambda words: _misread(words, rng, 1))


def three_wrong(page: Page, rng: random.Random) -> Quote | None:
    """A clause of at least twelve characters with three wrong ones."""
    return _clause_quote(page, rng, lambda words: _misread(words, rng, 3), least=12)


def one_deleted(page: Page, rng: random.Random) -> Quote | None:
    """A clause with one character left out, not at its ends."""

    def bend(words: str) -> str | None:
        plain = [n for n in range(1, len(words) - 1) if words[n] not in _FACTS]
        place = rng.choice(plain) if plain else None
        return words[:place] + words[place + 1 :] if place else None

    return _clause_quote(page, rng, bend, least=9)


def elided(page: Page, rng: random.Random) -> Quote | None:
    """A sentence of which the middle is left out; its beginning stands nowhere else."""

    def bend(words: str) -> str | None:
        head, tail = words[: rng.randint(5, 10)], words[-rng.randint(5, 10) :]
        return head + rng.choice(["……", "…", "..."]) + tail if page.says.count(head) == 1 else None

    return _whole_sentence(page, rng, bend, 30, 120)


def long_ascii(page: Page, rng: random.Random) -> Quote | None:
    """60 to 160 characters with ASCII marks."""
    return _whole_sentence(page, rng, lambda words: words.translate(_TO_ASCII), 60, 160)


def _changed(page: Page, rng: random.Random, change: Bend) -> Quote | None:
    """A clause that states another fact, which no other clause of the page states either."""

    def bend(words: str) -> str | None:
        changed = change(words)
        if changed is None or changed == words:
            return None
        pairs = enumerate(zip(words, changed, strict=False))
        place = next((n for n, (one, other) in pairs if one != other), len(words))
        return None if changed[max(0, place - 2) : place + 4] in page.says else changed

    quote = _clause_quote(page, rng, bend)
    return quote._replace(place=None) if quote else None


def changed_digit(page: Page, rng: random.Random) -> Quote | None:
    """A clause in which one digit is another, is lost, or is one too many."""

    def change(words: str) -> str | None:
        places = [n for n, character in enumerate(words) if character.isdigit()]
        if not places:
            return None
        place = rng.choice(places)
        other = str((int(words[place]) + rng.randint(1, 9)) % 10)
        return words[:place] + rng.choice([other, other, words[place] + other, ""]) + words[place + 1 :]

    return _changed(page, rng, change)


def changed_numeral(page: Page, rng: random.Random) -> Quote | None:
    """A clause in which a numeral, an ordinal, 万 or 亿 is another."""

    def change(words: str) -> str | None:
        places = [
            n
            for n, c in enumerate(words)
            if re.match("第[一二三四五六七八九]|[万亿]元|[一二三四五六七八九][百十]", words[n:])
        ]
        if not places:
            return None
        place = rng.choice(places) + (words[rng.choice(places)] == "第")
        character = words[place]
        other = {"万": "亿", "亿": "万"}.get(character) or _NUMERAL_STEPS.get(character)
        return words[:place] + other + words[place + 1 :] if other else None

    return _changed(page, rng, change)


def changed_negation(page: Page, rng: random.Random) -> Quote | None:
    """A clause in which a negation is lost, added or turned round."""

    def change(words: str) -> str | None:
        places = [n for n in range(1, len(words) - 1) if words[n] in "不未无没"]
        if not places or rng.random() < 0.3:
            place = rng.randint(2, len(words) - 2)
            return words[:place] + rng.choice("不未无没") + words[place:]
        place = rng.choice(places)
        return words[:place] + rng.choice(["", "必", "已", "有"]) + words[place + 1 :]

    return _changed(page, rng, change)


def _elsewhere(here: Page, rng: random.Random, patterns: Sequence[str]) -> Quote | None:
    other = page(rng, 300, patterns)
    drawn = _drawn(other, rng, _CLAUSE, 8, 60)
    words = other.says[slice(*drawn)] if drawn else ""
    return Quote(here, words, None) if words and words not in here.says else None


def absent_clause(page: Page, rng: random.Random) -> Quote | None:
    """A clause of a page that tells of other things."""
    return _elsewhere(page, rng, _ELSEWHERE)


def absent_sibling(page: Page, rng: random.Random) -> Quote | None:
    """A clause of the same patterns with other names: the hardest, for often only a name differs."""
    return _elsewhere(page, rng, _PATTERNS)


def absent_value(here: Page, rng: random.Random) -> Quote | None:
    """A value of another page in the same manner."""
    other = page(rng, 300)
    begin, stop = rng.choice(other.values)
    words = other.says[begin:stop]
    return Quote(here, words, None, is_text=False) if words not in here.says else None


def repeated_value(page: Page, rng: random.Random) -> Quote | None:
    """A value that stands on the page several times, told with the record's sentence."""
    begin, stop = rng.choice(page.values)
    value = page.says[begin:stop]
    if page.says.count(value) < 2:
        return None
    sentence = next(
        (m for m in _SENTENCE.finditer(page.says) if m.start() <= begin and stop <= m.end()), None
    )
    if sentence is None or sentence.group().count(value) > 1:
        return None
    return Quote(page, value, page.place(begin, stop), is_text=False, own=page.place(*sentence.span()))


_PLANTS = (
    "{a}总投资{money}，占地{area}；{b}总投资{money}，占地{area}。",
    "{a}、{b}相继动工，{a}计划投资{money}，{b}同样投入{money}，用地{area}。",
    "总投资{money}的{a}和总投资{money}的{b}落户{town}镇，用地都是{area}。",
    "{body}为{a}争取到{money}，为{b}争取到{money}。",
)


def twice_in_a_sentence(page: Page, rng: random.Random) -> Quote | None:
    """An amount that one sentence tells of two plants, with the name of the one that is meant."""
    a, b = rng.sample([coined + works for coined in _COINED for works in _WORKS], 2)
    slots = {"a": a, "b": b, "money": _money(rng), "area": f"{rng.randint(12, 980)}亩"}
    slots |= {"town": rng.choice(_TOWNS), "body": rng.choice(_TOWNS) + "县" + rng.choice(_BODIES)}
    spans: dict[str, list[tuple[int, int]]] = {}
    text = ""
    for index, part in enumerate(re.split(r"\{(\w+)\}", rng.choice(_PLANTS))):
        piece = slots[part] if index % 2 else part
        spans.setdefault(part, []).append((len(text), len(text) + len(piece)))
        text += piece
    meant = rng.choice([0, 1])
    here = Page(text, text, range(len(text)), [])
    name = spans["ab"[meant]][-1]
    return Quote(here, slots["money"], spans["money"][meant], False, own=(0, len(text)), beside=name)


PRESENT: Sequence[Perturbation] = (
    verbatim_clause, field_value, mid_clause, to_ascii, to_full_width, line_break_joined, line_break_inserted,
    space_in_clause, space_in_value, space_in_source, one_wrong, three_wrong, one_deleted, elided, long_ascii,
)  # fmt: skip
CHANGED: Sequence[Perturbation] = (changed_digit, changed_numeral, changed_negation)
ABSENT: Sequence[Perturbation] = (absent_clause, absent_value, absent_sibling)
REPEATED: Sequence[Perturbation] = (repeated_value, twice_in_a_sentence)


def quotes(kind: Perturbation, pages: Sequence[Page], count: int, rng: random.Random) -> list[Quote]:
    """`count` quotes of a kind, drawn from the pages in turn."""
    drawn: list[Quote] = []
    for attempt in range(1000 * count):
        quote = kind(pages[attempt % len(pages)], rng)
        if quote is not None:
            drawn.append(quote)
        if len(drawn) == count:
            return drawn
    raise RuntimeError(f"{kind.__name__}: only {len(drawn)} of {count} quotes could be drawn")

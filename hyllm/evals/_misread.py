"""Characters that OCR takes for others, and characters it loses at the edge of a line."""

from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import Glyph, Glyphs, is_han, text_of
from hyllm.evals._guards import guarded, is_numeric

_ALIKE = """
己已 侯候 睛晴 侍待 拨拔 粟栗 折析 冶治 贷货 土士 曰曲 大太 木本 王玉 田由 延廷 宜宣 宣宜 沪泸
晓哓 辩辨 竞竟 竟竞 园圆 技枝 持待 住往 往住 施旅 旅施 清淸 湘潮 街衔 桥侨 城诚 诚城 炼练
练炼 续读 读续 线钱 板极 极板 植值 值植 培陪 际标 标际 轻轮 输翰 柏拍 拍柏 壮状 状壮 杜社 社杜 祁祈 耒来
抢抡 洽恰 恰洽 漂飘 遵尊 徒徙 陈阵 阵陈 邓郑 刘列 杨扬 扬杨 谢榭 胡湖 萧箫 曹漕 彭澎 欧殴 唐塘 莲连 坊妨
县具 区冈 业亚 厂广 建健 健建 投役 资贤 签鉴 库厍 链琏 服胀 农衣 衣农 讯汛 记纪 者着 报执
""".split()
LOOKS_LIKE = {pair[0]: pair[1] for pair in _ALIKE}
"""What a character is misread as. No character that `_guards` guards stands on either side."""

_COUNTED = frozenset("个只家人亩座条批期次名户项种天站届位张")
"""一 before one of these counts something."""
_LOST_EDGE = "·"


def misread(glyphs: Glyphs, share: float, dice: Dice) -> Glyphs:
    """A part in which a `share` of the characters that look like others are taken for those."""
    fixed = guarded(text_of(glyphs))
    return tuple(
        glyph._replace(char=LOOKS_LIKE[glyph.char])
        if glyph.char in LOOKS_LIKE and not stays and dice.chance(share)
        else glyph
        for glyph, stays in zip(glyphs, fixed, strict=True)
    )


def flat_dashes(glyphs: Glyphs, share: float, dice: Dice) -> Glyphs:
    """A part in which a `share` of the dashes is read as 一, where that counts nothing."""
    found: list[Glyph] = []
    place = 0
    while place < len(glyphs):
        stop = place
        while stop < len(glyphs) and glyphs[stop].char == "—":
            stop += 1
        if stop > place and _between_words(glyphs, place, stop) and dice.chance(share):
            found.append(glyphs[place]._replace(char="一"))
            place = stop
        else:
            found.append(glyphs[place])
            place += 1
    return tuple(found)


def _between_words(glyphs: Glyphs, start: int, stop: int) -> bool:
    if not start or stop >= len(glyphs):
        return False
    before, after = glyphs[start - 1].char, glyphs[stop].char
    words = is_han(before) and is_han(after)
    return words and not is_numeric(before) and not is_numeric(after) and after not in _COUNTED


def clipped(line: Glyphs, fixed: frozenset[int], share: float, dice: Dice) -> Glyphs:
    """A line whose first or last character is lost in a `share` of the cases, `fixed` origins never."""
    if len(line) > 2 and dice.chance(share):
        place = 0 if dice.chance(0.5) else -1
        edge = line[place]
        if edge.origin is not None and edge.origin not in fixed and is_han(edge.char):
            if place == 0 and dice.chance(0.5):
                return (edge._replace(char=_LOST_EDGE), *line[1:])
            return line[1:] if place == 0 else line[:-1]
    return line

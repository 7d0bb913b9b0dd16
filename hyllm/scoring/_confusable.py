"""Characters that OCR takes for one another."""

GROUPS = (
    "己已巳 末未 土士 人入八 日曰 戊戌戍 大太犬 千干于 天夫无元 刀力 木本术 王玉主 园圆 健建 "
    "师帅 乌鸟 今令 贝见 折拆 析折 候侯 毫亳 拔拨 泪汨 辩辨 崇祟 赢羸 徽微 密蜜 兔免 治冶 "
    "淮准 库厍 晴睛 清请情 洋详祥 波坡披 岭岑 阳阴 衡衔 湘相 未朱 李季 陈阵 刘刻 张弛 杨扬 "
    "周同 吴昊 郑邓 谢射 宋宗 冯马 董重 程理 曹曾 袁衰 邱丘 江汇 史吏 万方 石右 白自目 "
    "0O〇○o 1lI一丨 2Z 5S 6b 8B 口囗"
)
_MEMBERS: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(GROUPS.split()):
    for _character in _group:
        _MEMBERS[_character] = _MEMBERS.get(_character, frozenset()) | {_number}


def is_confusable(first: str, second: str) -> bool:
    """Whether two different texts differ only in characters that look alike."""
    if first == second or len(first) != len(second):
        return False
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return all(_MEMBERS.get(a, frozenset()) & _MEMBERS.get(b, frozenset()) for a, b in pairs)

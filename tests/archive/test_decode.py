"""Bytes to text: every encoding a Chinese newspaper was ever stored in, and damage that is counted."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.archive import decode
from hyllm.errors import UsageError

SIMPLIFIED = "本报讯　老街的石板路修好了，茶馆、药铺又开了张。\r\n傍晚的灯笼映着河水，游人三三两两地走着。"
TRADITIONAL = "本報訊　老街的石板路修好了，茶館、藥鋪又開了張。\r\n傍晚的燈籠映著河水，遊人三三兩兩地走著。"


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        (SIMPLIFIED.encode(), SIMPLIFIED, "utf-8"),
        (codecs.BOM_UTF8 + SIMPLIFIED.encode(), SIMPLIFIED, "utf-8-sig"),
        (codecs.BOM_UTF16_LE + SIMPLIFIED.encode("utf-16-le"), SIMPLIFIED, "utf-16"),
        (codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be"), SIMPLIFIED, "utf-16"),
        (codecs.BOM_UTF32_LE + SIMPLIFIED.encode("utf-32-le"), SIMPLIFIED, "utf-32"),
        (SIMPLIFIED.encode("utf-16-le"), SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED.encode("utf-16-be"), SIMPLIFIED, "utf-16-be"),
        (SIMPLIFIED.encode("gbk"), SIMPLIFIED, "gb18030"),
        (f"{SIMPLIFIED}㐂".encode("gb18030"), f"{SIMPLIFIED}㐂", "gb18030"),
        (TRADITIONAL.encode("gbk"), TRADITIONAL, "gb18030"),
        (TRADITIONAL.encode("big5"), TRADITIONAL, "cp950"),
        (f"{TRADITIONAL}嘅".encode("big5hkscs"), f"{TRADITIONAL}嘅", "big5hkscs"),
        (f"{'OCR 2020 ' * 40}{SIMPLIFIED}".encode("gbk"), f"{'OCR 2020 ' * 40}{SIMPLIFIED}", "gb18030"),
        (b"Plain ASCII.\n", "Plain ASCII.\n", "utf-8"),
        (b"", "", "utf-8"),
    ],
)  # fmt: skip
def test_an_encoding_is_told_from_the_bytes(content: bytes, text: str, encoding: str) -> None:
    assert decode(content) == (text, encoding)


@pytest.mark.parametrize(
    ("snippet", "encoding"),
    [
        ("图为工人们在车间里赶制订单。", "gb18030"),
        ("责编/蒲青 校对/易知秋 第3版", "gb18030"),
        ("会议强调，要压实工作责任。", "gb18030"),
        ("圖為工人們在車間裡趕製訂單。", "cp950"),
        ("會議強調，要壓實工作責任。", "cp950"),
        ("图为工人们在车间里赶制订单。", "utf-16-le"),
        ("會議強調，要壓實工作責任。", "utf-16-be"),
    ],
)
def test_a_line_is_enough_to_tell_an_encoding(snippet: str, encoding: str) -> None:
    assert decode(snippet.encode(encoding)) == (snippet, encoding)


@pytest.mark.parametrize(
    ("content", "encoding", "damaged"),
    [
        (SIMPLIFIED.encode().replace("药".encode(), "药".encode()[:2]), "utf-8", 1),
        (SIMPLIFIED.encode()[:-1], "utf-8", 1),
        (SIMPLIFIED.replace("药", "\ufffd").encode(), "utf-8", 1),
        (SIMPLIFIED.encode("gbk")[:-1], "gb18030", 1),
        (SIMPLIFIED.encode("gbk").replace("药".encode("gbk"), b"\xff"), "gb18030", 1),
        (codecs.BOM_UTF16_LE + SIMPLIFIED.encode("utf-16-le")[:-1], "utf-16", 1),
        (codecs.BOM_UTF8 + b"\xff\xfe" + SIMPLIFIED.encode(), "utf-8-sig", 2),
    ],
)
def test_a_damaged_file_keeps_its_encoding_and_its_damage(
    content: bytes, encoding: str, damaged: int
) -> None:
    text, found = decode(content)

    assert (found, text.count("\ufffd")) == (encoding, damaged)
    assert "傍晚的灯笼映着河水" in text


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("gbk", "gb18030"),
        ("GB2312", "gb18030"),
        ("utf8", "utf-8-sig"),
        ("Big5", "big5"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_a_named_encoding_is_used(name: str, encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), name) == (TRADITIONAL, encoding)


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "undefined", "idna", "", "a\0b"])
def test_an_encoding_that_is_none_is_a_users_mistake(name: str) -> None:
    with pytest.raises(UsageError, match="unknown encoding"):
        decode(b"", name)


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_what_is_utf8_is_read_as_utf8(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")
    assert decode(text.encode("utf-8-sig")) == (text, "utf-8-sig")


@settings(max_examples=60)
@given(st.binary())
def test_any_bytes_are_read_and_nothing_is_lost_in_silence(content: bytes) -> None:
    text, encoding = decode(content)

    assert "\ufffd" in text or content.decode(encoding) == text


@settings(max_examples=40)
@given(st.permutations(SIMPLIFIED.split("，")), st.sampled_from(["gb18030", "utf-16-le", "utf-16-be"]))
def test_the_order_of_words_makes_no_difference(parts: list[str], encoding: str) -> None:
    text = "，".join(parts)

    assert decode(text.encode(encoding)) == (text, encoding)

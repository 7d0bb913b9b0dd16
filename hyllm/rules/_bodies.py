"""Bodies: offices, firms and associations, as far as their last characters show them."""

import re

_ENDS = (
    "公司|集团|局|厅|委员会|委|政府|常委会|管委会|协会|学会|商会|联合会|总工会|工会|办公室|办|院|校|部|中心|大学|学院|中学|小学|医院|"
    "科协|文联|妇联|残联|侨联|工商联|团委|政协|人大|海关|银行|合作社|剧团|县|区|市|镇|乡|街道|厂|站|所|馆|台|队|社"
)
_BODY = re.compile(rf"[\u4e00-\u9fffA-Za-z0-9·()\"]{{1,28}}(?:{_ENDS})")
_NOT_IN_BODIES = re.compile("[,。;:的了是在把被将由]|^[该这本两多各]|主持|出席|我市|全市|我县|举行|召开")
_JOINT = re.compile("、|联合|携手|[和与及]|共同|会同")


def bodies(words: str) -> list[str]:
    """The bodies in a list such as 市教育局、市科协; empty if any part of it is none."""
    parts = [part for part in _JOINT.split(words) if part]
    return parts if parts and all(map(is_body, parts)) else []


def is_body(words: str) -> bool:
    """Whether words are the name of a body and nothing else."""
    return bool(_BODY.fullmatch(words)) and not _NOT_IN_BODIES.search(words)

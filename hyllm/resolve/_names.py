"""When two names are the same name."""

from hyllm.text import fold


def bare_name(name: str) -> str:
    """A name in match form, without quotation marks and a closing 项目: what two names are compared by."""
    return fold(name).replace('"', "").removesuffix("项目")

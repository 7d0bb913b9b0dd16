"""Request bodies as bytes, and their keys, made fast: all but the page is the same from page to page."""

import hashlib
import json
from typing import Any, NamedTuple

from hyllm.archive import Page
from hyllm.batch._ledger import pack_units
from hyllm.extract import Extractor
from hyllm.prompting import show_page
from hyllm.text import split_units

_MARK = "\ue000hyllm's page\ue001"
"""Stands for the page in the template; of private characters, so that no prompt has it."""


class Prepared(NamedTuple):
    """A first request, ready to be sent."""

    body: bytes
    key: bytes
    """The `request_key`, as bytes."""
    units: bytes
    """The units it shows, packed: of objects there would be some hundred for every request in flight."""


class Bodies:
    """The bodies of first requests.

    Args:
        extractor: whose requests they are. What `Bodies` makes is what `Extractor.request` makes, as JSON.
    """

    def __init__(self, extractor: Extractor) -> None:
        body = extractor.requests(Page("页"), ())[0].body
        (shown,) = (m for m in body["messages"] if m["role"] == "user")
        shown["content"] = _MARK
        self._before, self._after = _around(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
        self._key_before, self._key_after = _around(canonical(body))
        self._started = hashlib.sha256(self._key_before)

    def prepare(self, text: str) -> Prepared:
        """The request about a page of this text."""
        units = split_units(text)
        shown = json.dumps(show_page(text, units), ensure_ascii=False).encode()
        digest = self._started.copy()
        digest.update(shown)
        digest.update(self._key_after)
        return Prepared(self._before + shown + self._after, digest.digest(), pack_units(units))


def _around(tree: str) -> tuple[bytes, bytes]:
    before, _, after = tree.partition(json.dumps(_MARK, ensure_ascii=False))
    return before.encode(), after.encode()


def canonical(body: Any) -> str:
    """What `request_key` is the hash of."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

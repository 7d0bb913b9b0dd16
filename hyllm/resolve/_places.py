"""Which county or district a place lies in, where its words leave no doubt."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.files import shipped
from hyllm.text import fold

_NAMES_ELSEWHERE = frozenset({"衡山", "衡阳", "南岳"})
"""Names that, without 县 or 区, are as often a mountain's, the city's or a park's."""


@dataclass(frozen=True)
class Gazetteer:
    """The divisions of one city."""

    city: str
    """Without 市: 衡阳."""
    name: str
    """What provenance calls it: the file's name and its date, `hengyang 2023-06-30`."""
    divisions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Code, name and towns of each county and district."""

    @cached_property
    def _codes(self) -> dict[str, set[str]]:
        """The codes of the divisions that each name may mean."""
        codes: dict[str, set[str]] = defaultdict(set)
        for code, name, towns in self.divisions:
            for known in (name, *towns):
                codes[known].add(code)
            short = name.rstrip("县市")  # districts are not called without 区: 石鼓 is a school, 雁峰 a hill
            if short not in _NAMES_ELSEWHERE:
                codes[short].add(code)
        return codes

    def place_code(self, place: str) -> str | None:
        """The code of the one division that `place` names, itself or by one of its towns.

        `None` where it names none, or where its names disagree. A town's name that two divisions have
        counts where the division is named too.
        """
        words = fold(place)
        named = [codes for name, codes in self._codes.items() if name in words]
        common = named[0].intersection(*named[1:]) if named else set[str]()
        return next(iter(common)) if len(common) == 1 else None


@lru_cache(maxsize=8)
def load_gazetteer(path: Path | None = None) -> Gazetteer:
    """The gazetteer in a file; by default the one of 衡阳 that ships with hyllm.

    The file is JSON: `{"as_of": "2023-06-30", "city": {"name": "衡阳市"}, "divisions": [{"code": …,
    "name": …, "towns": […]}]}`.

    Raises:
        UsageError: the file cannot be read or has another form.
    """
    path = path or shipped("gazetteers", "hengyang.json")
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Gazetteer(
            city=str(found["city"]["name"]).removesuffix("市"),
            name=f"{path.stem} {found['as_of']}",
            divisions=tuple((str(d["code"]), str(d["name"]), tuple(d["towns"])) for d in found["divisions"]),
        )
    except OSError as error:
        raise UsageError(f"gazetteer {path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"gazetteer {path}: not of the form of hyllm/gazetteers/hengyang.json: {error!r}"
        ) from error

"""What was found on one page, as Python objects and as the prediction line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hyllm.answers import Usage
from hyllm.archive import Page
from hyllm.errors import HyllmError
from hyllm.marks import Grounding, Problem
from hyllm.resolve import Link, Unclaimed
from hyllm.schemas import Meeting, Official, Project, Record

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found on one page. Each record, each value's place, and whatever went wrong."""

    page: Page
    status: Literal["done", "partial", "failed"]
    """`partial`: a part of the answer is lost. `failed`: there is no answer; `problems` says why."""
    records: Mapping[str, Sequence[Record]]
    """The records, a list a kind under its plural key. A kind that was not asked for has no key."""
    grounding: Sequence[Grounding]
    problems: Sequence[Problem]
    unclaimed: Sequence[Unclaimed]
    """Amounts, dates and titled names of the page that stand in no record: what may be overlooked."""
    links: Sequence[Link]
    usage: Usage
    provenance: Mapping[str, Any]
    """Model, prompt and schema hashes, version, and whether the answer is `live`, `cached`,
    `replayed`, or `computed` by rules without a model."""
    error: HyllmError | None = None
    """Why the page failed."""

    @property
    def projects(self) -> Sequence[Project]:
        return [record for record in self.records.get("projects", ()) if isinstance(record, Project)]

    @property
    def meetings(self) -> Sequence[Meeting]:
        return [record for record in self.records.get("meetings", ()) if isinstance(record, Meeting)]

    @property
    def officials(self) -> Sequence[Official]:
        return [record for record in self.records.get("officials", ()) if isinstance(record, Official)]

    def to_json(self) -> dict[str, Any]:
        """The prediction line of this page, as `hyllm extract --json` prints it."""
        return {
            "format": _FORMAT,
            "status": self.status,
            "page": self.page.page,
            "text_sha256": self.page.text_sha256,
            "paper": self.page.paper,
            "issue_date": self.page.issue_date,
            "page_no": self.page.page_no,
            "extra": dict(self.page.extra),
            **{plural: [r.model_dump(mode="json") for r in some] for plural, some in self.records.items()},
            "grounding": [entry.to_json() for entry in self.grounding],
            "problems": [problem.to_json() for problem in self.problems],
            "unclaimed": [value.to_json() for value in self.unclaimed],
            "links": [link.to_json() for link in self.links],
            "usage": self.usage.to_json(),
            "provenance": dict(self.provenance),
        }

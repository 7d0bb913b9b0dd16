"""Officials (官员): named persons in public posts."""

from typing import ClassVar, Literal

from pydantic import Field

from hyllm.schemas._base import Evidence, Kind, Part, Record

PostStatus = Literal["holds", "appointed", "acting", "removed", "former", "proposed"]


class Post(Part):
    """A post, as the page states it."""

    organisation: str | None = Field(default=None, description="The body as written; null where none stands.")
    title: str
    status: PostStatus


class Official(Record):
    """A named person whom the page identifies as holding a public post."""

    hyllm: ClassVar[Kind] = Kind("official", "officials", identity=("name",), prompts="official")

    name: str
    posts: list[Post] = Field(description="Every post the page states, each once.")
    evidence: list[Evidence]

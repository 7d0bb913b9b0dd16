"""What the requests of a run say, as plain data that can be kept: a run of weeks outlives versions of hyllm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hyllm.prompting import RequestOptions, prompt_hash


@dataclass(frozen=True, slots=True)
class Pinned:
    """Everything in a request but the page."""

    kinds: tuple[str, ...]
    """Names of the record kinds, as `find_kinds` takes them."""
    reached: str
    """The endpoint's address."""
    options: RequestOptions
    prompt: str
    """The system message."""
    wire: Mapping[str, Any]
    """The keys of the body that hold the endpoint to the form of the answer."""
    schema_sha256: str

    @property
    def prompt_sha256(self) -> str:
        return prompt_hash(self.prompt)

    def to_json(self) -> dict[str, Any]:
        return {
            "kinds": list(self.kinds),
            "reached": self.reached,
            "model": self.options.model,
            "options": self.options.settings(),
            "prompt": self.prompt,
            "wire": dict(self.wire),
            "schema_sha256": self.schema_sha256,
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Pinned":
        """What `to_json` gave.

        Raises:
            KeyError, TypeError: it is of another form.
        """
        return cls(
            kinds=tuple(tree["kinds"]),
            reached=tree["reached"],
            options=RequestOptions(model=tree["model"], **tree["options"]),
            prompt=tree["prompt"],
            wire=tree["wire"],
            schema_sha256=tree["schema_sha256"],
        )

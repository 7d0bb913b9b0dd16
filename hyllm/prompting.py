"""The whole request that is sent for a page: prompt, page and schema, as one JSON body.

Live calls, recordings and the relay use this same body. Of the page it holds the text with unit numbers
and nothing else: a corrected date or a moved file asks for nothing anew.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hyllm.errors import UsageError
from hyllm.files import shipped
from hyllm.schemas import Record, in_rows, page_model, reading_model, signature, wire_schema
from hyllm.text import Unit, joined, line_breaks, split_units

Wire = Literal["json_schema", "tool", "json_object", "text"]
"""How an endpoint is held to the form: by a schema it enforces, by a tool the model must call, to any JSON
object, or by the prompt alone."""

DEFAULT_MAX_TOKENS = 8192
ANSWER_NAME = "page"
"""The name of the schema, or of the tool, that an answer is to keep to."""
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a request says beside prompt and page."""

    model: str
    wire: Wire = "json_object"
    strict: bool = False
    """Whether a schema keeps to OpenAI's strict subset."""
    temperature: float | None = 0.0
    max_tokens: int = DEFAULT_MAX_TOKENS
    """The longest answer asked for, in tokens."""
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further top-level keys of the body, as the provider wants them."""

    def settings(self) -> dict[str, Any]:
        """Everything but the model, as plain data."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "model"} | {
            "extra": dict(self.extra)
        }


def build_request(
    text: str, units: Sequence[Unit], prompt: str, kinds: Sequence[type[Record]], options: RequestOptions
) -> dict[str, Any]:
    """The body of the chat completion that asks for the records of one page.

    Args:
        text: the page's text.
        units: its units, from `split_units`.
        prompt: the system message, from `system_prompt`.
        kinds: the record classes asked for.
        options: model, wire and parameters.
    """
    body: dict[str, Any] = {
        "model": options.model,
        "messages": [
            {"role": "system", "content": prompt},
            {"role": "user", "content": show_page(text, units)},
        ],
        **wire_part(kinds, options),
    }
    if options.temperature is not None:
        body["temperature"] = options.temperature
    body[options.max_tokens_key] = options.max_tokens
    return body | dict(options.extra)


def wire_part(kinds: Sequence[type[Record]], options: RequestOptions) -> dict[str, Any]:
    """The keys of a body that hold the endpoint to the form of the answer."""
    return _WIRES[options.wire](kinds, options.strict)


def _as_json_schema(kinds: Sequence[type[Record]], strict: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"name": ANSWER_NAME, "schema": wire_schema(kinds, strict=strict)}
    schema |= {"strict": True} if strict else {}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _as_tool(kinds: Sequence[type[Record]], strict: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": ANSWER_NAME, "parameters": wire_schema(kinds, strict=strict)}
    function |= {"strict": True} if strict else {}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": ANSWER_NAME}},
    }


def _as_json_object(_kinds: Sequence[type[Record]], _strict: bool) -> dict[str, Any]:
    return {"response_format": {"type": "json_object"}}


def _as_text(_kinds: Sequence[type[Record]], _strict: bool) -> dict[str, Any]:
    return {}


_WIRES: Mapping[Wire, Callable[[Sequence[type[Record]], bool], dict[str, Any]]] = {
    "json_schema": _as_json_schema,
    "tool": _as_tool,
    "json_object": _as_json_object,
    "text": _as_text,
}
WIRES: tuple[Wire, ...] = tuple(_WIRES)
WIRE_KEYS = frozenset(("response_format", "tools", "tool_choice"))
"""The keys of a body that `wire_part` gives."""
BODY_KEYS = frozenset(
    (
        "model messages response_format tools tool_choice temperature "
        "max_tokens max_completion_tokens stream n"
    ).split()
)
"""The keys of a body that hyllm writes, or could not do with."""


def request_key(body: Mapping[str, Any]) -> str:
    """SHA-256 of the body's canonical JSON, in hex: the same request has the same key."""
    return _digest(body)


def prompt_hash(prompt: str) -> str:
    """SHA-256 of a system message, in hex."""
    return hashlib.sha256(prompt.encode()).hexdigest()


def schema_hash(kinds: Sequence[type[Record]]) -> str:
    """SHA-256 of the JSON Schema of what is asked for, in hex. Fields that code computes do not change it."""
    return _digest(page_model(tuple(kinds)).model_json_schema())


def _digest(value: Mapping[str, Any]) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def show_page(text: str, units: Sequence[Unit]) -> str:
    """The page as the model sees it: every unit behind its number, lines and blank lines as printed.

    No line of the page can stand alone as the closing mark, since each begins with a number.
    """
    shown = ["<<<page\n"]
    last = units[0].start if units else 0
    for number, start, end in units:
        if last != start:
            shown.append("\n" * min(2, line_breaks(text[last:start])))
        shown.append(f"[{number}]{joined(text[start:end])}")
        last = end
    return "".join(shown) + "\npage>>>"


class Form(NamedTuple):
    """What a prompt may have otherwise, for trials."""

    rows: bool = False
    """Whether the items of a record's lists are asked for as arrays, without keys."""
    examples: bool = True
    """Whether it has examples."""


DEFAULT_FORM = Form()


def system_prompt(
    kinds: Sequence[type[Record]], folder: Path | None = None, form: Form = DEFAULT_FORM
) -> str:
    """The system message for these kinds: the same bytes for every page, so that providers cache it.

    Args:
        kinds: the record classes asked for.
        folder: prompts of one's own: what is missing there is taken from those shipped with hyllm.
        form: what is otherwise than by default.

    Raises:
        UsageError: a prompt file is missing, a placeholder is missing or unknown, or an example does not
            agree with its own page.
    """
    rules = [read_prompt(prompt_file(record, "rules.md", folder)) for record in kinds]
    examples = [_example(record, folder, rows=form.rows) for record in kinds] if form.examples else ["（略）"]
    frame = common_prompt("frame.md", folder)
    shape = signature(kinds, rows=form.rows)
    if form.rows:
        shape += "\n" + read_prompt(common_prompt("rows.md", folder))
    parts = {
        "signature": shape,
        "rules": "\n\n".join(rules),
        "examples": "\n\n".join(examples),
    }
    return render(read_prompt(frame), parts, frame)


def common_prompt(name: str, folder: Path | None) -> Path:
    """A prompt file that belongs to no kind: the user's own, else hyllm's."""
    own = folder / name if folder else None
    return own if own and own.exists() else shipped("prompts", name)


def prompt_file(record: type[Record], name: str, folder: Path | None) -> Path:
    """The first place that has a kind's file: the user's folder, beside the record class, hyllm's prompts."""
    kind = record.hyllm
    places = [
        Path(inspect.getfile(record)).parent / kind.prompts / name,
        shipped("prompts", kind.prompts, name),
    ]
    if folder is not None:
        places.insert(0, folder / kind.name / name)
    return next((place for place in places if place.exists()), places[0])


def read_prompt(path: Path) -> str:
    """A prompt file's text.

    Raises:
        UsageError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8").strip().replace("\r\n", "\n")
    except OSError as error:
        raise UsageError(f"prompt file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"prompt file {path} is not UTF-8: {error}") from error


def render(template: str, parts: Mapping[str, str], path: Path) -> str:
    """The template of a prompt file with its placeholders filled in, each exactly once.

    Raises:
        UsageError: a placeholder is missing, unknown or there twice.
    """
    asked = _PLACEHOLDER.findall(template)
    if sorted(asked) != sorted(parts):
        raise UsageError(
            f"{path}: has the placeholders {sorted(asked)}, must have {sorted(parts)}, each once"
        )
    return _PLACEHOLDER.sub(lambda match: parts[match.group(1)], template)


def _example(record: type[Record], folder: Path | None, *, rows: bool) -> str:
    """One kind's example as the prompt shows it: an invented piece of a page and its answer."""
    kind = record.hyllm
    text = read_prompt(prompt_file(record, "example.txt", folder))
    path = prompt_file(record, "example.json", folder)
    try:
        answer = json.loads(read_prompt(path))
        page_model((record,)).model_validate(answer)
    except ValueError as error:
        raise UsageError(f"{path} is no answer of the form asked for: {error}") from error
    if rows:
        answer = {
            plural: [in_rows(one, reading_model(record)) for one in some] for plural, some in answer.items()
        }
    compact = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return f"例（只列 {kind.plural}）：\n{show_page(text, split_units(text))}\n{compact}"

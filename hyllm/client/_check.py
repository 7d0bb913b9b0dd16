"""Which wires an endpoint obeys: one tiny request a wire, in which prompt and wire contradict each other.

What comes back then shows which of the two was followed. A model that happens to answer in the right form
is not mistaken for an endpoint that holds it to the form.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from hyllm.answers import Usage, read_usage
from hyllm.client._endpoint import Endpoint
from hyllm.client._providers import Provider
from hyllm.errors import AnswerError
from hyllm.prompting import Wire

if TYPE_CHECKING:
    from hyllm.client._live import Client

_LONGEST_ANSWER = 256
_NAME = "seal"
_BETTER_FIRST: tuple[Wire, ...] = ("json_schema", "tool", "json_object", "text")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an endpoint obeys a wire."""

    wire: Wire
    obeyed: bool
    found: str
    """What came back, in words."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an endpoint after it was tried."""

    verdicts: Sequence[Verdict]
    provider: Provider
    """Its row: the best wire it obeys, its parameters, and what it tells of usage."""

    @property
    def usable(self) -> bool:
        return any(verdict.obeyed for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class _Probe:
    """One tiny request, and how its answer is judged."""

    wire: Wire
    prompt: str
    part: Callable[[bool], dict[str, Any]]
    """The body's keys for the wire, given whether its schema is to be strict."""
    obeyed: Callable[[Mapping[str, Any]], bool]
    """Whether a message shows that the wire was followed."""


def _schema(key: str) -> dict[str, Any]:
    """A schema that no prompt of ours hints at. It keeps to OpenAI's strict subset."""
    properties = {key: {"type": "string", "enum": ["ok"]}}
    return {"type": "object", "properties": properties, "required": [key], "additionalProperties": False}


def _as_schema(strict: bool) -> dict[str, Any]:
    schema = {"name": _NAME, "schema": _schema("schema_seal")} | ({"strict": True} if strict else {})
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _as_tool(strict: bool) -> dict[str, Any]:
    function = {"name": _NAME, "parameters": _schema("tool_seal")} | ({"strict": True} if strict else {})
    choice = {"type": "function", "function": {"name": _NAME}}
    return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}


_PROBES = (
    _Probe(
        "text",
        'Reply with this JSON, and nothing before or after it: {"text_seal":"ok"}',
        lambda _strict: {},
        lambda message: '"text_seal"' in _content(message),
    ),
    _Probe(
        "json_object",
        'Greet me, then write the JSON {"object_seal":"ok"} in a Markdown code fence, ```json … ```.',
        lambda _strict: {"response_format": {"type": "json_object"}},
        lambda message: isinstance(_json(_content(message)), dict),
    ),
    _Probe(
        "json_schema",
        "Greet me, in JSON.",
        _as_schema,
        lambda message: _json(_content(message)) == {"schema_seal": "ok"},
    ),
    _Probe(
        "tool",
        "Greet me, in JSON.",
        _as_tool,
        lambda message: any(
            name == _NAME and _json(arguments) == {"tool_seal": "ok"} for name, arguments in _calls(message)
        ),
    ),
)


async def check_endpoint(client: "Client", endpoint: Endpoint) -> Report:
    """Tries every wire once, and what else is needed to know how the endpoint wants to be asked.

    Raises:
        EndpointError: it cannot be reached, or refuses the key or the model.
    """
    row, usage = replace(endpoint.provider, base_url=endpoint.base_url), Usage(0)
    verdicts: list[Verdict] = []
    for probe in _PROBES:
        tried = _other_parameters(row) if probe is _PROBES[0] else _other_strictness(row, probe.wire)
        verdict, row, told = await _try(client, endpoint.model, probe, tried)
        verdicts.append(verdict)
        usage = told if told is not None and told.prompt_tokens is not None else usage
    obeyed = frozenset(verdict.wire for verdict in verdicts if verdict.obeyed)
    best = next((wire for wire in _BETTER_FIRST if wire in obeyed), row.wire)
    row = replace(row, wire=best, obeys=obeyed)
    row = replace(row, usage=usage.prompt_tokens is not None, cached_tokens=usage.cached_tokens is not None)
    return Report(sorted(verdicts, key=lambda verdict: _BETTER_FIRST.index(verdict.wire)), row)


async def _try(
    client: "Client", model: str, probe: _Probe, rows: Iterator[Provider]
) -> tuple[Verdict, Provider, Usage | None]:
    """The verdict on one wire, the row it was reached with, and what usage was told."""
    first: tuple[Verdict, Provider, Usage | None] | None = None
    for row in rows:
        verdict, usage = await _ask(client, model, probe, row)
        first = first or (verdict, row, usage)
        if verdict.obeyed:
            return verdict, row, usage
        if usage is not None and probe.wire == "text":  # parameters are right if an answer came at all
            return verdict, row, usage
    assert first is not None
    return first


def _other_parameters(row: Provider) -> Iterator[Provider]:
    """The row, then what its endpoint may want instead: the other name for the limit, no temperature."""
    other = "max_completion_tokens" if row.max_tokens_key == "max_tokens" else "max_tokens"
    yield row
    yield replace(row, max_tokens_key=other)
    if row.temperature is not None:
        yield replace(row, temperature=None)
        yield replace(row, max_tokens_key=other, temperature=None)


def _other_strictness(row: Provider, wire: Wire) -> Iterator[Provider]:
    yield row
    if wire == "json_schema":
        yield replace(row, strict=not row.strict)


async def _ask(client: "Client", model: str, probe: _Probe, row: Provider) -> tuple[Verdict, Usage | None]:
    try:
        reply = await client.ask(_body(model, probe, row), "endpoint check", ())
    except AnswerError as error:
        return Verdict(probe.wire, False, f"refused: {error}"), None
    choice = _first(reply.completion.get("choices"))
    message: Mapping[str, Any] = choice.get("message") or {}
    obeyed = probe.obeyed(message)
    return Verdict(probe.wire, obeyed, _came(message, choice.get("finish_reason"))), read_usage(
        reply.completion
    )


def _body(model: str, probe: _Probe, row: Provider) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": probe.prompt}]}
    body |= probe.part(row.strict)
    if row.temperature is not None:
        body["temperature"] = row.temperature
    body[row.max_tokens_key] = _LONGEST_ANSWER
    return body | dict(row.extra)


def _came(message: Mapping[str, Any], finish: object) -> str:
    """What came back, in words."""
    content, calls = _content(message), _calls(message)
    if calls:
        return f"a call of the tool {calls[0][0]!r}"
    if not content.strip():
        return "nothing, up to the limit: is it thinking?" if finish == "length" else "nothing"
    cut = ", cut off" if finish == "length" else ""
    if "```" in content:
        return f"JSON in a code fence, in the content{cut}"
    found = _json(content)
    if isinstance(found, dict):
        return f"a JSON object: {' '.join(content.split())[:60]}{cut}"
    return f"text: {content.strip()[:40]!r}{cut}"


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""


def _calls(message: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Name and arguments of each tool that was called."""
    called: Any = message.get("tool_calls") or []
    functions: list[Any] = [call.get("function") or {} for call in called]
    return [(function.get("name"), function.get("arguments")) for function in functions]


def _first(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value[0]) if isinstance(value, list) and value else {}


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return None

"""What is known of the endpoints people use, as data: one row a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hyllm.prompting import WIRES, Wire


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider's endpoint wants to be asked, and what it gives back."""

    base_url: str | None
    key_variable: str | None
    """The environment variable that holds its key, besides HYLLM_API_KEY."""
    wire: Wire
    """The wire that is used unless another is named."""
    obeys: frozenset[Wire] = frozenset(WIRES)
    """The wires it holds its models to. What it refuses, or takes and passes over, is not among them."""
    strict: bool = False
    """Whether its schemas must keep to OpenAI's strict subset."""
    temperature: float | None = 0.0
    """`None`: its models take no temperature."""
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Keys its requests carry besides, such as thinking switched off."""
    usage: bool | None = None
    """Whether it says what an answer took, in tokens; `None`: not known."""
    cached_tokens: bool | None = None
    """Whether it says how many of them came from its cache; `None`: not known."""
    tried: str | None = None
    """When this row was last tried against the real thing, YYYY-MM-DD; `None`: it follows the provider's
    documentation, and nobody here could try it."""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        "json_schema",
        strict=True,
        temperature=None,  # its reasoning models refuse one
        max_tokens_key="max_completion_tokens",
        usage=True,
        cached_tokens=True,
    ),
    "deepseek": Provider(
        "https://api.deepseek.com/v1",
        "DEEPSEEK_API_KEY",
        "json_object",
        # A schema gets a 400; a named tool as well while it thinks, which it does unless told not to.
        obeys=frozenset(("tool", "json_object", "text")),
        extra={"thinking": {"type": "disabled"}},
        usage=True,
        cached_tokens=True,
    ),
    "qwen": Provider(
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "DASHSCOPE_API_KEY",
        "json_object",
        # Only its newest models take a schema. JSON and named tools are refused while a model thinks.
        obeys=frozenset(("tool", "json_object", "text")),
        extra={"enable_thinking": False},
        usage=True,
        cached_tokens=True,
    ),
    "vllm": Provider(
        "http://127.0.0.1:8000/v1",
        None,
        "json_schema",
        extra={"chat_template_kwargs": {"enable_thinking": False}},
        usage=True,
    ),
    "sglang": Provider(
        "http://127.0.0.1:30000/v1",
        None,
        "json_schema",
        extra={"chat_template_kwargs": {"enable_thinking": False}},
        usage=True,
    ),
    "ollama": Provider(
        "http://127.0.0.1:11434/v1",
        None,
        "json_schema",
        obeys=frozenset(("json_schema", "json_object", "text")),  # a named tool is passed over
        usage=True,
        cached_tokens=False,
    ),
    "llama.cpp": Provider(
        "http://127.0.0.1:8080/v1",
        None,
        "json_schema",
        obeys=frozenset(("json_schema", "json_object", "text")),  # a named tool is passed over
        usage=True,
        cached_tokens=True,
        tried="2026-11-25",
    ),
    "relay": Provider(
        "http://127.0.0.1:8765/v1",
        None,
        "json_object",
        obeys=frozenset(("json_object", "text")),  # a schema is shown to whoever answers, and binds nobody
        usage=True,
        cached_tokens=False,
        tried="2026-11-25",
    ),
}

UNKNOWN = Provider(None, None, "json_object")
"""An endpoint of which nothing is known: a JSON object is what most obey."""

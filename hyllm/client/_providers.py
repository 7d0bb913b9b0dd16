"""What is known of the endpoints people use, as data: one row a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hyllm.prompting import Wire


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider's endpoint wants to be asked."""

    base_url: str | None
    key_variable: str | None
    """The environment variable that holds its key, besides HYLLM_API_KEY."""
    wire: Wire
    strict: bool = False
    """Whether its json_schema must keep to OpenAI's strict subset."""
    temperature: float | None = 0.0
    """`None`: its models take no temperature."""
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Keys its requests carry besides, such as thinking switched off."""
    tried: str | None = None
    """When this row was last tried against the real thing, YYYY-MM-DD."""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        "json_schema",
        strict=True,
        temperature=None,  # its reasoning models refuse one
        max_tokens_key="max_completion_tokens",
    ),
    "deepseek": Provider(
        "https://api.deepseek.com/v1",
        "DEEPSEEK_API_KEY",
        "json_object",
        extra={"thinking": {"type": "disabled"}},
    ),
    "ollama": Provider("http://127.0.0.1:11434/v1", None, "json_schema"),
    "llama.cpp": Provider("http://127.0.0.1:8080/v1", None, "json_schema", tried="2026-11-25"),
    "relay": Provider("http://127.0.0.1:8765/v1", None, "json_object", tried="2026-11-25"),
}

UNKNOWN = Provider(None, None, "json_object")
"""An endpoint of which nothing is known: a JSON object is what most obey."""

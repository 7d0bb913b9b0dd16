"""Which endpoint a model's name means, with which key."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from hyllm.client._providers import PROVIDERS, UNKNOWN, Provider
from hyllm.errors import UsageError

_NO_KEY = "none"
"""What is sent where no key is needed: the openai library insists on one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, and how they are put there."""

    model: str
    base_url: str
    provider: Provider
    key: str = field(default=_NO_KEY, repr=False)

    @property
    def host(self) -> str:
        """The host, with its port, that text is sent to."""
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def is_local(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback(self.base_url)

    @property
    def reached(self) -> str:
        """How the model is reached, in words."""
        return "hyllm relay" if self.provider is PROVIDERS["relay"] else self.base_url


def find_endpoint(
    model: str | None, base_url: str | None = None, environment: Mapping[str, str] = os.environ
) -> Endpoint:
    """The endpoint that `model` names: `provider/model`, or any name with a `base_url`.

    Raises:
        UsageError: no model is named, the provider is unknown and no `base_url` is given, or the address
            is none, or a provider on the network has no key in the environment.
    """
    if model is None:
        raise UsageError(
            "no model: give provider/model (openai/…, ollama/…), or --base-url and the model's name there; "
            "without any model, --model rules finds what patterns can"
        )
    name, slash, rest = model.partition("/")
    provider = PROVIDERS.get(name, UNKNOWN) if slash else UNKNOWN
    address = base_url or provider.base_url
    if address is None:
        raise UsageError(
            f"model {model!r} names no known provider ({', '.join(PROVIDERS)}); "
            "give provider/model, or --base-url with the address of an OpenAI-compatible endpoint"
        )
    bare = rest if provider is not UNKNOWN else model
    if not bare:
        raise UsageError(f"model {model!r} names no model behind the provider")
    _check_address(address)
    return Endpoint(bare, address.rstrip("/"), provider, _key(provider, address, base_url, environment))


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = False
        parts = None
    if not usable or parts is None:
        raise UsageError("--base-url must be an address such as http://127.0.0.1:8080/v1")
    if parts.username or parts.password:
        raise UsageError("--base-url must hold no user and password; put a key into HYLLM_API_KEY")


def _key(provider: Provider, address: str, base_url: str | None, environment: Mapping[str, str]) -> str:
    """The key for an address. A provider's own variable is for the provider's own address alone."""
    own_address = base_url is None or base_url == provider.base_url
    variables = ["HYLLM_API_KEY"]
    if provider.key_variable and own_address:
        variables.append(provider.key_variable)
    key = next((environment[name] for name in variables if environment.get(name)), None)
    if key is None and provider.key_variable and own_address and not is_loopback(address):
        raise UsageError(f"no key: set {' or '.join(reversed(variables))} in the environment")
    return key or _NO_KEY


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

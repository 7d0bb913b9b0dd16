"""Which endpoint a model's name means, and which key may be sent there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from hyllm.client._providers import PROVIDERS, UNKNOWN, Provider
from hyllm.errors import UsageError

_NO_KEY = "none"
"""What is sent where no key is needed: the openai library insists on one."""
_ANY_KEY = "HYLLM_API_KEY"
_NO_ROWS: Mapping[str, Provider] = {}

_WITHOUT = (
    "What works without one: --model rules (what patterns find), --replay DIR (recorded answers), hyllm demo."
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, and how they are put there."""

    model: str
    base_url: str
    provider: Provider
    key: str = field(default=_NO_KEY, repr=False)
    note: str = ""
    """What a person should know before text goes there."""

    @property
    def host(self) -> str:
        """The host, with its port, that text is sent to."""
        return host_of(self.base_url)

    @property
    def is_local(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback(self.base_url)

    @property
    def reached(self) -> str:
        """How the model is reached, in words."""
        return "hyllm relay" if self.provider == PROVIDERS["relay"] else self.base_url


def host_of(reached: str) -> str:
    """The host, with its port, of an address; what is none stays as it is."""
    parts = urlsplit(reached)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or reached


def find_endpoint(
    model: str | None,
    base_url: str | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    rows: Mapping[str, Provider] = _NO_ROWS,
    vouched: bool = True,
    local_only: bool = False,
) -> Endpoint:
    """The endpoint that `model` names: `provider/model`, or any name with a `base_url`.

    Args:
        model: the model's name.
        base_url: an address, which wins over the provider's.
        environment: where keys come from.
        rows: providers of one's own, out of a file; they win over the built-in ones.
        vouched: whether the user gave `base_url`. An address that merely stands in a file may be a trap in
            somebody else's folder: it gets no key unless it is this machine's or a built-in provider's.
        local_only: refuse every address but this machine's own.

    Raises:
        UsageError: no model is named, the provider is unknown and no `base_url` is given, the address is
            none or not this machine's where it must be, a provider on the network has no key in the
            environment, or the key is none.
    """
    if model is None:
        raise UsageError(
            "no model: give provider/model (openai/…, ollama/…), or --base-url and the model's name there "
            "(hyllm endpoint check tells how that one wants to be asked). " + _WITHOUT
        )
    name, slash, rest = model.partition("/")
    provider = {**PROVIDERS, **rows}.get(name, UNKNOWN) if slash else UNKNOWN
    address = base_url or provider.base_url
    if address is None:
        known = ", ".join(dict.fromkeys((*rows, *PROVIDERS)))
        raise UsageError(
            f"model {model!r} names no known provider ({known}); "
            "give provider/model, or --base-url with the address of an OpenAI-compatible endpoint"
        )
    bare = rest if provider is not UNKNOWN else model
    if not bare:
        raise UsageError(f"model {model!r} names no model behind the provider")
    check_address(address)
    if local_only and not is_loopback(address):
        raise UsageError(f"{urlsplit(address).hostname} is not this machine, and --local-only was given")
    trusted = vouched if base_url else name not in rows
    key, note = _key(address, environment, trusted=trusted)
    return Endpoint(bare, address.rstrip("/"), provider, key, note)


def check_address(address: str) -> None:
    """Refuses what is no address of an endpoint, and one with a secret in it, which is not repeated."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = False
        parts = None
    if not usable or parts is None:
        raise UsageError("--base-url must be an address such as http://127.0.0.1:8080/v1")
    if parts.username or parts.password:
        raise UsageError(f"--base-url must hold no user and password; put a key into {_ANY_KEY}")
    if parts.query or parts.fragment:
        raise UsageError(f"--base-url must end with its path, without ? and #; put a key into {_ANY_KEY}")


def _key(address: str, environment: Mapping[str, str], *, trusted: bool) -> tuple[str, str]:
    """The key for an address, and what to tell of it. A provider's own variable is for its own host alone."""
    owner = next((row for row in PROVIDERS.values() if row.key_variable and _same_host(row, address)), None)
    variables = [_ANY_KEY] if owner is None else [_ANY_KEY, str(owner.key_variable)]
    variable = next((name for name in variables if environment.get(name)), None)
    if variable is None:
        if owner is not None:
            named = " or ".join(reversed(variables))
            raise UsageError(f"no key: set {named} in the environment. {_WITHOUT}")
        return _NO_KEY, ""
    if not (trusted or owner is not None or is_loopback(address)):
        return _NO_KEY, "no key goes there, since only hyllm.toml names it: repeat it with --base-url"
    key = environment[variable].strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError(f"{variable} holds no key: it must be ASCII, without blanks and line breaks")
    return key, ""


def _same_host(row: Provider, address: str) -> bool:
    """Whether an address is at a provider's own host, by the same protocol."""
    own, given = urlsplit(row.base_url or ""), urlsplit(address)
    return (own.scheme, own.hostname, own.port) == (given.scheme, given.hostname, given.port)


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

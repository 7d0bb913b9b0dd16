"""What a run is to be: by its provider's row and the caller's wishes, or by what its recordings say."""

from pathlib import Path

from hyllm.client import Endpoint
from hyllm.errors import RecordingError, UsageError
from hyllm.prompting import DEFAULT_MAX_TOKENS, RequestOptions, Wire
from hyllm.recordings import Meta, recorded_strategies
from hyllm.strategies import DEFAULT_STRATEGY, STRATEGIES, Strategy


def known_strategy(name: str) -> Strategy:
    """The strategy of that name.

    Raises:
        UsageError: there is none.
    """
    for strategy in STRATEGIES:
        if name == strategy:
            return strategy
    raise UsageError(f"unknown strategy {name!r}; there are {', '.join(STRATEGIES)}")


def strategies_of(suite: Path) -> list[Strategy]:
    """The strategies a suite is recorded in, the default one first."""
    recorded = recorded_strategies(suite)
    known: list[Strategy] = [strategy for strategy in STRATEGIES if strategy in recorded]
    return known


def recorded_strategy(suite: Path) -> Strategy:
    """The strategy a suite is recorded in, where none is named: the default one if there are several."""
    known = strategies_of(suite)
    if not known or known[0] == DEFAULT_STRATEGY:
        return DEFAULT_STRATEGY
    if len(known) > 1:
        raise UsageError(f"{suite} is recorded in {' and '.join(known)}; say which with --strategy")
    return known[0]


def new_options(
    endpoint: Endpoint, wire: Wire | None, max_tokens: int | None, seed: int | None
) -> RequestOptions:
    """What requests to an endpoint say, by its provider's row and the caller's wishes."""
    row = endpoint.provider
    return RequestOptions(
        model=endpoint.model,
        wire=wire or row.wire,
        strict=row.strict,
        temperature=row.temperature,
        max_tokens=max_tokens or DEFAULT_MAX_TOKENS,
        max_tokens_key=row.max_tokens_key,
        extra=row.extra if seed is None else {**row.extra, "seed": seed},
    )


def recorded_options(meta: Meta, model: str | None) -> RequestOptions:
    """What the recorded requests said; a model that is named must be the recorded one."""
    if model is not None and model.rpartition("/")[2] != meta.model.rpartition("/")[2]:
        raise UsageError(f"the recordings are of {meta.model}, not of {model}; leave --model out")
    try:
        return RequestOptions(model=meta.model, **meta.options)
    except TypeError as error:
        raise RecordingError(f"meta.yaml has options this version does not know: {error}") from error

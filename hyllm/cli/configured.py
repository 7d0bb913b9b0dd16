"""Options out of `hyllm.toml`: after the command line and HYLLM_*, before the defaults."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
from click.core import ParameterSource

from hyllm.client import Endpoint, find_endpoint
from hyllm.configuration import FILE, Configuration, read_configuration

_META = "hyllm.configuration"
ENVIRONMENT = {"auto_envvar_prefix": "HYLLM"}
"""Context settings of a command that takes options from the environment, --base-url from HYLLM_BASE_URL."""


class Configured(click.Command):
    """A command whose options may stand in the working folder's `hyllm.toml`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        configuration = read_configuration(Path(FILE))
        names = {parameter.name for parameter in self.params}
        ctx.default_map = {name: v for name, v in configuration.settings.items() if name in names}
        ctx.meta[_META] = configuration
        return super().parse_args(ctx, args)


def was_typed(context: click.Context, parameter: str) -> bool:
    """Whether an option was given on the command line itself."""
    return context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE


def key_environment(*, keyless: bool) -> Mapping[str, str]:
    """Where keys come from; `keyless` where nothing will be sent, so that none need be there."""
    return {"HYLLM_API_KEY": "none"} if keyless else os.environ


def configured_endpoint(
    context: click.Context,
    model: str | None,
    base_url: str | None,
    *,
    local_only: bool,
    keyless: bool = False,
) -> Endpoint:
    """The endpoint that the options, from wherever they came, name; `keyless` where nothing will be sent."""
    configuration: Configuration = context.meta[_META]
    vouched = context.get_parameter_source("base_url") is not ParameterSource.DEFAULT_MAP
    return find_endpoint(
        model,
        base_url,
        key_environment(keyless=keyless),
        rows=configuration.providers,
        vouched=vouched,
        local_only=local_only,
    )

"""From a page to its records: the whole way, in order."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from hyllm.answers import NO_USAGE, Answer, Usage
from hyllm.archive import Page
from hyllm.asking import Asker
from hyllm.client import PROVIDERS, UNKNOWN, Asks, Endpoint, find_endpoint, find_price, open_client
from hyllm.errors import (
    AnswerError,
    EndpointError,
    HyllmError,
    InternalError,
    StaleRecording,
    UsageError,
)
from hyllm.extraction import Extraction
from hyllm.kinds import find_kinds, find_named_kinds, kind_name
from hyllm.loop import run
from hyllm.marks import Problem, Reason
from hyllm.pinned import Pinned
from hyllm.prompting import (
    DEFAULT_FORM,
    WIRE_KEYS,
    Form,
    RequestOptions,
    Wire,
    request_key,
    schema_hash,
    wire_part,
)
from hyllm.recordings import Meta, Recordings
from hyllm.resolve import Resolved, load_gazetteer, resolve_page, shown_unclaimed
from hyllm.rules import RULES, check_kinds, left_out, read_by_rules
from hyllm.settings import known_strategy, new_options, recorded_options, recorded_strategy
from hyllm.strategies import DEFAULT_STRATEGY, First, Plan, Strategy, plans, prompts_hash
from hyllm.text import Locator, Unit, split_units
from hyllm.version import __version__

_log = logging.getLogger(__name__)
_NOWHERE = "http://recorded.invalid/v1"
"""Where a replayed request would go."""
_WITHOUT_MODEL = "no model, patterns only: expect to miss most of what a model finds"


class Extractor:
    """Reads pages with one model.

    Args:
        model: `provider/model` (openai/gpt-5-mini, ollama/qwen3:8b), or a bare name with `base_url`. May be
            left out with `replay`: the recordings know it. `rules`: no model, patterns; nothing is sent.
        kinds: names of record kinds (`project`, or `module:Class` for your own); all built-in ones if empty.
        base_url: address of an OpenAI-compatible endpoint.
        wire: how the endpoint is held to JSON, where its provider's row says otherwise.
        max_tokens: the longest answer asked for, in tokens.
        timeout: seconds until a request counts as unanswered.
        concurrency: how many requests may be in flight.
        prompts: a folder of prompts of one's own.
        strategy: how a page is asked for: `page`, one request for all kinds; `kind`, one a kind, at once;
            `second`, one and a further turn that asks which of the values no record holds belong to one. By
            default `page`; with `replay` the strategy that is recorded, if it is the only one.
        rows: ask for the items of records' lists as arrays without keys, for trials; not with a wire that
            holds to a schema. With `replay` it is as recorded, and so is `examples`.
        examples: whether the prompt has its examples.
        replay: a suite of recordings; nothing is sent.
        stale_too: replay also answers that were recorded with another prompt; `replayed.stale` names them.
        record: a suite of recordings; answers found there are not asked for again, others are added.
        without_text: record without the pages' text, so that the recordings can be published.
        local_only: refuse every endpoint but this machine's own.
        ask_again: ask further for what an answer lacks: records without the right form, the rest of one that
            broke off.
        seed: tells independent answers to the same page apart, where a model is asked more than once.
        endpoint: where requests go, instead of what `model` and `base_url` name.
        gazetteer: a file of the city's counties and districts, for `place_code`; by default 衡阳's.
        pinned: what requests said when a run began; with it `model`, `kinds`, `wire` and `max_tokens` are left
            out, and `prompts` serves further turns alone.

    Raises:
        UsageError: any of these cannot be.
        RecordingError: `replay` holds no recordings.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        kinds: Iterable[str] = (),
        base_url: str | None = None,
        wire: Wire | None = None,
        max_tokens: int | None = None,
        timeout: float = 600.0,
        concurrency: int = 8,
        prompts: str | Path | None = None,
        strategy: Strategy | None = None,
        rows: bool = False,
        examples: bool = True,
        replay: str | Path | Recordings | None = None,
        record: str | Path | None = None,
        without_text: bool = False,
        local_only: bool = False,
        ask_again: bool = True,
        stale_too: bool = False,
        seed: int | None = None,
        endpoint: Endpoint | None = None,
        gazetteer: str | Path | None = None,
        pinned: Pinned | None = None,
    ) -> None:
        if replay and record:
            raise UsageError("replay and record exclude each other")
        if without_text and not record:
            raise UsageError("--without-text says how to record: give --record DIR too")
        if isinstance(kinds, str):
            raise UsageError(f"kinds must be a list of names: [{kinds!r}]")
        if wire is not None and wire not in get_args(Wire):
            raise UsageError(f"unknown wire {wire!r}; there are {', '.join(get_args(Wire))}")
        if strategy is not None:
            known_strategy(strategy)
        if concurrency < 1 or timeout <= 0 or (max_tokens is not None and max_tokens < 1):
            raise UsageError("concurrency, timeout and max_tokens must be positive")
        if isinstance(replay, Recordings):
            self._replay, strategy = replay, known_strategy(replay.strategy)
        else:
            strategy = strategy or (recorded_strategy(Path(replay)) if replay else DEFAULT_STRATEGY)
            self._replay = Recordings(Path(replay), strategy, stale_too=stale_too) if replay else None
        self.strategy: Strategy = strategy
        self._record = Recordings(Path(record), strategy, without_text=without_text) if record else None
        self._meta = self._replay.meta() if self._replay else None
        self._gazetteer = load_gazetteer(Path(gazetteer) if gazetteer else None)
        self._timeout = timeout
        self._concurrency = concurrency
        self._prompts = Path(prompts) if prompts else None
        self._ask_again = ask_again
        self._pinned = pinned
        if pinned:
            self.kinds, self.form = find_kinds(pinned.kinds), DEFAULT_FORM
            self.plans = self._recorded_plans = (Plan(self.kinds, pinned.prompt),)
            self.endpoint = endpoint or Endpoint(pinned.options.model, pinned.reached, UNKNOWN)
            self.options, self._by_rules = pinned.options, False
            return
        recorded = self._meta.kinds if self._meta else ()
        self.kinds = (
            find_kinds(kinds) if kinds else find_named_kinds(recorded, (), f"the recording in {replay}")
        )
        self._by_rules = model == RULES and not (base_url or endpoint or self._meta)
        if self._by_rules:
            check_kinds(self.kinds)
        self.form = self._meta.form if self._meta else Form(rows, examples)
        self.plans = plans(strategy, self.kinds, self._prompts, self.form)
        self._recorded_plans = self._plans_of_recordings()
        if self._meta:
            self.endpoint = Endpoint(self._meta.model, _NOWHERE, PROVIDERS["relay"])
            self.options = recorded_options(self._meta, model)
        elif self._by_rules:
            if record:
                raise UsageError(f"--model {RULES} asks nobody: there is no answer to record")
            self.endpoint = Endpoint(RULES, _NOWHERE, PROVIDERS["relay"])
            self.options = RequestOptions(model=RULES)
        else:
            self.endpoint = endpoint or find_endpoint(model, base_url, local_only=local_only)
            self.options = new_options(self.endpoint, wire, max_tokens, seed)
            if local_only and not self.endpoint.is_local:
                raise UsageError(f"{self.endpoint.host} is not this machine, and --local-only was given")
        if self.form.rows and self.options.wire not in ("json_object", "text"):
            raise UsageError(
                f"rows have no keys, which wire {self.options.wire} demands: add --wire json_object"
            )

    @property
    def replayed(self) -> Recordings | None:
        """The recordings that answers come from, if they do."""
        return self._replay

    def extract(self, page: Page) -> Extraction:
        """The records of one page. Works inside a running event loop too, as in Jupyter.

        A page that got no answer is no exception: its `status` is `failed`, `error` says why.
        """
        return self.map([page])[0]

    def map(
        self,
        pages: Sequence[Page],
        done: Callable[[Extraction], None] | None = None,
        begun: Callable[[Page], None] | None = None,
    ) -> list[Extraction]:
        """The records of many pages, in the order of the pages, `concurrency` requests in flight.

        Args:
            pages: the pages.
            done: called with each page's result as it comes, in no particular order. If it raises, the run
                ends with its exception.
            begun: called with each page when its turn comes to be asked for; as `done` if it raises.
        """
        return run(self.map_async(pages, done, begun))

    async def map_async(
        self,
        pages: Sequence[Page],
        done: Callable[[Extraction], None] | None = None,
        begun: Callable[[Page], None] | None = None,
    ) -> list[Extraction]:
        """`map`, to be awaited."""
        if recordings := self._replay or self._record:
            for page in pages:
                recordings.expect(page.page, page.text)
        if self._record:
            self._record.begin(self._new_meta())
        asker = None if self._by_rules else self._asker()
        in_flight = asyncio.Semaphore(self._concurrency)
        dead: list[EndpointError] = []  # once the endpoint is unusable, nothing more is sent there

        async def one(page: Page) -> Extraction:
            async with in_flight:
                if begun:
                    begun(page)
                result = self._failed(page, dead[0]) if dead else await self._safely(page, asker)
            if isinstance(result.error, EndpointError):
                dead.append(result.error)
            if done:
                done(result)
            return result

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(page)) for page in pages]
        except ExceptionGroup as raised:  # `one` raises nothing of its own: this is `done`'s or `begun`'s
            raise raised.exceptions[0] from None
        finally:
            if asker:
                await asker.client.aclose()
        return [task.result() for task in tasks]

    async def extract_async(self, page: Page) -> Extraction:
        """`extract`, to be awaited."""
        return (await self.map_async([page]))[0]

    def announcement(self, pages: int) -> str:
        """One line on what is about to happen: which model, and where text goes."""
        model, counted = self.options.model, f"{pages} page{'s' * (pages != 1)}"
        if self._meta:
            answers = f"answers of {model} by {self._meta.reached}, recorded {self._meta.recorded}"
            return f"replay: {counted}, {answers}; nothing is sent"
        if self._by_rules:
            never = left_out(self.kinds)
            lacks = f" (never filled: {never})" if never else ""
            return f"rules: {counted}, {_WITHOUT_MODEL}{lacks}; nothing is sent"
        notes = [self.endpoint.note]
        if self.options.wire not in self.endpoint.provider.obeys:
            notes.append(f"its models are not held to an answer's form by {self.options.wire}")
        where = "; ".join(filter(None, [f"the text goes to {self.endpoint.host}", *notes]))
        return f"live: {counted}, model {model}; {where}"

    def requests(self, page: Page, units: Sequence[Unit] | None = None) -> tuple[First, ...]:
        """The first requests that are sent for a page, each with the whole of its body.

        Args:
            page: the page.
            units: those of the page, where they are known.
        """
        units = split_units(page.text) if units is None else units
        requests = tuple(plan.request(page.text, units, self.options) for plan in self.plans)
        if self._pinned is None:
            return requests
        # The schema as it was, whatever it is today.
        return tuple(one._replace(body=_without_wire(one.body) | dict(self._pinned.wire)) for one in requests)

    def pin(self) -> Pinned:
        """What this extractor's requests say, as plain data: a run that goes on tomorrow says the same.

        Raises:
            UsageError: its strategy is not `page`.
        """
        if self.strategy != DEFAULT_STRATEGY:
            raise UsageError(f"a run that is kept asks with strategy {DEFAULT_STRATEGY}, not {self.strategy}")
        return self._pinned or Pinned(
            kinds=tuple(map(kind_name, self.kinds)),
            reached=self.endpoint.reached,
            options=self.options,
            prompt=self.plans[0].prompt,
            wire=wire_part(self.kinds, self.options),
            schema_sha256=schema_hash(self.kinds),
        )

    async def read(self, page: Page, answers: Asks, units: Sequence[Unit] | None = None) -> Extraction:
        """The records of a page out of answers that are there already: `extract`, and nothing is sent.

        Args:
            page: the page.
            answers: gives the answer to each request, or raises what came instead. Any other error of it
                ends the reading.
            units: the page's units as the model saw them, where today's may be others.
        """
        asker = Asker(answers, self.options, asyncio.Semaphore(1), self._prompts, self._ask_again)
        return await self._extract(page, asker, units)

    def _asker(self) -> Asker:
        client = open_client(self.endpoint, replay=self._replay, record=self._record, timeout=self._timeout)
        in_flight = asyncio.Semaphore(self._concurrency)
        return Asker(client, self.options, in_flight, self._prompts, self._ask_again)

    async def _safely(self, page: Page, asker: Asker | None) -> Extraction:
        """`_extract`, where a fault of hyllm's own costs one page, not the run."""
        try:
            return await self._extract(page, asker)
        except Exception as error:
            _log.exception("%s", page.page)
            return self._failed(page, InternalError(f"a fault in hyllm, please report it: {error!r}"))

    async def _extract(
        self, page: Page, asker: Asker | None, units: Sequence[Unit] | None = None
    ) -> Extraction:
        """Page to units, to request, to answer, to readings, to records."""
        locator = Locator(page.text, units)
        if asker is None:
            answer = Answer(read_by_rules(locator, self.kinds), (), NO_USAGE, None)
            return self._resolved(page, locator, answer, NO_USAGE, {"answers": "computed"})
        requests = self.requests(page, locator.units)
        keys = [request_key(request.body) for request in requests]
        if recordings := self._replay or self._record:
            kept = [plan.request(page.text, locator.units, self.options) for plan in self._recorded_plans]
            recordings.want(page.page, [request_key(request.body) for request in kept])
        asked = await asker.ask(requests, page.page, len(locator.units))
        if self.strategy == "second" and asked.answer is not None:
            values = self._resolve(page, locator, asked.answer).unclaimed
            if values:
                shown = shown_unclaimed(values, locator.units)
                await asker.look_again(asked, requests[0], page.page, shown)
        usage, answer = self._priced(asked.usage), asked.answer
        if answer is None:
            return self._failed(page, self._explained(page, asked.error), usage)
        origin = {"answers": asked.source, "answered_as": answer.model}
        origin |= {"request_key": keys[0]} if len(keys) == 1 else {"request_keys": keys}
        return self._resolved(page, locator, answer, usage, origin)

    def _resolved(
        self, page: Page, locator: Locator, answer: Answer, usage: Usage, origin: dict[str, Any]
    ) -> Extraction:
        """What comes of an answer; `origin` is what provenance says of where it came from."""
        resolved = self._resolve(page, locator, answer)
        return Extraction(
            page,
            "partial" if any(problem.reason != "conflict" for problem in answer.problems) else "done",
            resolved.records,
            resolved.grounding,
            (*_page_problems(page), *resolved.problems),
            resolved.unclaimed,
            resolved.links,
            usage,
            self._provenance() | origin,
        )

    def _plans_of_recordings(self) -> tuple[Plan, ...]:
        """What recordings will hold of a page: of kinds asked apart, those recorded before too."""
        if self._record is None or self.strategy != "kind" or not self._record.is_begun:
            return self.plans
        named = tuple(map(kind_name, self.kinds))
        kinds = find_named_kinds((*self._record.meta().kinds, *named), named, "what is recorded there")
        return plans(self.strategy, kinds, self._prompts, self.form)

    def _explained(self, page: Page, error: HyllmError | None) -> HyllmError:
        """Why there is no answer; of a stale recording, also that it is of other kinds."""
        meta = self._meta
        if meta is None or not isinstance(error, StaleRecording) or self.strategy == "kind":
            return error or AnswerError("no answer")
        asked = tuple(map(kind_name, self.kinds))
        if asked == meta.kinds:
            return error
        return StaleRecording(
            f"{page.page}: its recording is stale: it was asked for {', '.join(meta.kinds)} at once, not for "
            f"{', '.join(asked)}. Leave --kind out and take from the result what you need, or record with "
            f"--kind into another folder",
            changes=error.changes,
        )

    def _resolve(self, page: Page, locator: Locator, answer: Answer) -> Resolved:
        city = page.own_city
        return resolve_page(
            locator,
            answer.readings,
            self.kinds,
            page_sha256=page.text_sha256,
            issue_date=page.issue_date,
            city=city,
            gazetteer=self._gazetteer if city == self._gazetteer.city else None,
            lost=answer.problems,
        )

    def _priced(self, usage: Usage) -> Usage:
        """With what it costs, where a price is known for the model at that address."""
        reached = self._meta.reached if self._meta else self.endpoint.reached
        price = find_price(reached, self.options.model)
        return usage.priced(price.of(usage), price.since) if price else usage

    def _failed(self, page: Page, error: HyllmError, usage: Usage = NO_USAGE) -> Extraction:
        reason: Reason = error.reason if isinstance(error, AnswerError) else "failed"
        problems = (*_page_problems(page), Problem("", reason, "", str(error)))
        nothing = {record.hyllm.plural: () for record in self.kinds}
        return Extraction(page, "failed", nothing, (), problems, (), (), usage, self._provenance(), error)

    def _provenance(self) -> dict[str, Any]:
        return dict(self._origin)

    @cached_property
    def _origin(self) -> dict[str, Any]:
        """What provenance says of every page alike."""
        meta = self._meta
        schema = self._pinned.schema_sha256 if self._pinned else schema_hash(self.kinds)
        return {
            "hyllm": __version__,
            "model": self.options.model,
            "reached": None if self._by_rules else meta.reached if meta else self.endpoint.reached,
            "recorded": meta.recorded if meta else None,
            "strategy": None if self._by_rules else self.strategy,
            "prompt_sha256": None if self._by_rules else self._prompts_hash(self.plans),
            "schema_sha256": schema,
            "gazetteer": self._gazetteer.name,
        }

    def _prompts_hash(self, planned: Sequence[Plan]) -> str:
        return prompts_hash(self.strategy, planned, self._prompts)

    def _new_meta(self) -> Meta:
        kinds = [kind for plan in self._recorded_plans for kind in plan.kinds]
        return Meta(
            model=self.options.model,
            reached=self.endpoint.reached,
            recorded=date.today().isoformat(),
            kinds=tuple(map(kind_name, kinds)),
            prompt_hash=self._prompts_hash(self._recorded_plans),
            schema_hash=schema_hash(kinds),
            options=self.options.settings(),
            rows=self.form.rows,
            examples=self.form.examples,
            without_text=self._record is not None and self._record.without_text,
        )


def _without_wire(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in WIRE_KEYS}


def _page_problems(page: Page) -> Iterable[Problem]:
    """What is wrong with the page itself: sources that disagree, places that cannot be read."""
    yield from (Problem("", "conflict", "", message) for message in page.conflicts)
    if page.damage:
        yield Problem("", "damaged", "", page.damage)

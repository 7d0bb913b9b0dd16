"""The part of a record that has the form asked for, and what had to be cut from it."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hyllm.schemas import Reading

_ROUNDS = 20
_LONGEST = 130
"""Characters of an error: it names the place and what is wrong there, for a person and for a model."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Something taken out of a record because it has not the form asked for."""

    container: Any
    step: int | str
    removed: Any
    message: str
    superfluous: bool = False
    """Whether nothing is lost: no such field was asked for."""


def salvaged(raw: Any, model: type[Reading]) -> tuple[Reading | None, list[Cut]]:
    """The reading of `raw`, from which what does not validate is cut: the smallest part that will do.

    `None`, with the reason in the last cut, where nothing valid remains.
    """
    cuts: list[Cut] = []
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(raw), cuts
        except ValidationError as error:
            failures = error.errors(include_url=False, include_context=False)
        gone: list[tuple[int | str, ...]] = []
        for failure in reversed(failures):  # the later items of a list first, so that indices stay true
            loc = failure["loc"]
            if any(loc[: len(place)] == place for place in gone):
                continue  # another fault of what is cut already: another part stands in its place now
            message = f"{'.'.join(map(str, loc)) or 'record'}: {failure['msg']}"[:_LONGEST]
            path = _path(raw, loc, absent=failure["type"] == "missing")
            if not path:
                return None, [*cuts, Cut(raw, "", raw, message)]
            gone.append(loc[: len(path)])
            cuts = _cut(*path[-1], message, cuts, superfluous=failure["type"] == "extra_forbidden")
    return None, cuts


def _path(raw: Any, loc: tuple[int | str, ...], *, absent: bool) -> list[tuple[Any, int | str]]:
    """The steps from `raw` to the smallest part whose removal mends a failure at `loc`.

    That is what stands there; where something is absent, the list item that lacks it.
    """
    path: list[tuple[Any, int | str]] = []
    node = raw
    for step in loc:
        if not _has(node, step):
            break
        path.append((node, step))
        node = node[step]
    while absent and path and not isinstance(path[-1][1], int):
        path.pop()
    return path


def _cut(container: Any, step: int | str, message: str, cuts: list[Cut], *, superfluous: bool) -> list[Cut]:
    """The cuts with one more; those made before inside the part that now goes are undone and become one."""
    removed = container.pop(step)
    kept: list[Cut] = []
    for cut in cuts:
        if cut.container is removed:
            if isinstance(removed, list):
                removed.insert(int(cut.step), cut.removed)  # pyright: ignore[reportUnknownMemberType]
            else:
                removed[cut.step] = cut.removed
            message, superfluous = cut.message, cut.superfluous and superfluous
        else:
            kept.append(cut)
    return [*kept, Cut(container, step, removed, message, superfluous)]


def _has(node: Any, step: int | str) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)  # pyright: ignore


def pointer(root: Any, container: Any) -> str:
    """The JSON Pointer from `root` to `container`, or to `root` where that was itself cut."""
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        at, node = stack.pop()
        if node is container:
            return at
        if isinstance(node, dict):
            stack += [(f"{at}/{key}", value) for key, value in node.items()]  # pyright: ignore
        elif isinstance(node, list):
            stack += [(f"{at}/{index}", value) for index, value in enumerate(node)]  # pyright: ignore
    return ""

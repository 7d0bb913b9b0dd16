"""hyllm's recordings as pytest-recording plays them: the same files, through vcrpy."""

import json
from typing import Any, cast

from vcr import VCR  # pyright: ignore[reportMissingTypeStubs]
from vcr.request import Request  # pyright: ignore[reportMissingTypeStubs]

from hyllm.prompting import request_key
from hyllm.recordings import Interaction, dumps, loads


class Serializer:
    """Reads and writes recordings in hyllm's form for vcrpy."""

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        return {"version": 1, "interactions": [_to_vcr(one) for one in loads(text, "cassette")]}

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        return dumps([_from_vcr(entry) for entry in cassette["interactions"]])


def _to_vcr(one: Interaction) -> dict[str, Any]:
    answer = one.answer if isinstance(one.answer, str) else json.dumps(one.answer, ensure_ascii=False)
    return {
        "request": {
            "method": "POST",
            "uri": one.uri,
            "body": json.dumps(one.request, ensure_ascii=False),
            "headers": {"content-type": ["application/json"]},
        },
        "response": {
            "status": {"code": one.status, "message": "OK"},
            "headers": {name: [value] for name, value in one.headers.items()},
            "body": {"string": answer},
        },
    }


def _from_vcr(entry: dict[str, Any]) -> Interaction:
    request, response = entry["request"], entry["response"]
    return Interaction(
        request["uri"],
        json.loads(request["body"]),
        json.loads(response["body"]["string"]),
        response["status"]["code"],
        {name.lower(): values[0] for name, values in response["headers"].items()},
    )


def same_body(one: Request, other: Request) -> None:
    """Matches requests on the hash of their parsed bodies, as hyllm itself does."""
    assert _key(one) == _key(other), "another request"


def _key(request: Request) -> str:
    return request_key(json.loads(cast("Any", request).body))


def register(vcr: VCR) -> None:
    vcr.register_serializer("hyllm", Serializer)  # pyright: ignore[reportUnknownMemberType]
    vcr.register_matcher("hyllm_body", same_body)  # pyright: ignore[reportUnknownMemberType]

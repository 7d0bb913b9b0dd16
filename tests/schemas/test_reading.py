"""What a model is asked for, derived from the record classes."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, cast

import llguidance
import pytest
from pydantic import ValidationError

from hyllm.errors import UsageError
from hyllm.kinds import KINDS
from hyllm.schemas import (
    Date,
    DateReading,
    Evidence,
    Kind,
    Meeting,
    Money,
    Official,
    Part,
    Project,
    Quantity,
    Record,
    page_model,
    reading_model,
    signature,
    wire_schema,
)

ALL = tuple(KINDS.values())


def test_a_record_survives_dumping_and_validating() -> None:
    project = Project.model_validate(
        {
            "id": "ab12",
            "name": "洣水桥",
            "aliases": [],
            "milestones": [
                {"stage": "started", "date": {"text": "3月", "edtf": "2022-03"}, "status": "reached"}
            ],
            "parties": [{"name": "县交通局", "role": "government"}],
            "investment": {
                "text": "2亿元",
                "amount": 200000000,
                "currency": "CNY",
                "bound": "exact",
                "upper": None,
            },
            "figures": [
                {
                    "measure": "capacity",
                    "quantity": {
                        "text": "5万吨",
                        "value": 50000,
                        "unit": "吨",
                        "bound": "exact",
                        "upper": None,
                    },
                    "period": "year",
                    "status": "promised",
                }
            ],
            "stage": "started",
            "evidence": [{"quote": "洣水桥开工。"}],
        }
    )

    assert Project.model_validate(project.model_dump()) == project
    assert isinstance(project.figures[0].quantity, Quantity)
    assert isinstance(project.investment, Money)


def test_values_are_read_as_words_choices_as_choices_and_evidence_as_unit_numbers() -> None:
    read = reading_model(Project).model_validate(
        {
            "name": "洣水桥",
            "count": "3座",
            "investment": "约2亿元",
            "milestones": [
                {"stage": "started", "date": {"text": "次月", "anchor": "2021年3月"}, "status": "reached"}
            ],
            "figures": [{"measure": "jobs", "quantity": "90人", "period": "total", "status": "reached"}],
            "evidence": [1, 2],
        }
    )

    assert read.model_dump(exclude_defaults=True) == {
        "name": "洣水桥",
        "count": "3座",
        "investment": "约2亿元",
        "milestones": [
            {"stage": "started", "date": {"text": "次月", "anchor": "2021年3月"}, "status": "reached"}
        ],
        "figures": [{"measure": "jobs", "quantity": "90人", "period": "total", "status": "reached"}],
        "evidence": [1, 2],
    }


def test_computed_fields_are_not_asked_for() -> None:
    asked = reading_model(Project).model_fields

    assert "stage" not in asked
    assert "stage_date" not in asked
    assert "id" not in asked


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"name": "甲", "posts": None}, {"posts": []}),
        ({"name": "甲", "posts": {"title": "局长", "status": "holds"}}, {"posts": [{"organisation": None, "title": "局长", "status": "holds"}]}),
        ({"name": "甲", "evidence": ["[3]", "4", 5]}, {"evidence": [3, 4, 5]}),
    ],
)  # fmt: skip
def test_what_is_meant_but_not_quite_of_the_form_is_read(said: object, read: dict[str, object]) -> None:
    found = reading_model(Official).model_validate(said).model_dump()

    assert {name: found[name] for name in read} == read


def test_a_date_may_be_said_as_its_words_alone_and_nothing_as_an_empty_string() -> None:
    read = reading_model(Meeting).model_validate(
        {"name": "甲会", "type": "other", "date": "昨日", "place": ""}
    )

    assert getattr(read, "date") == DateReading(text="昨日")  # noqa: B009 - the class is made at run time
    assert getattr(read, "place") is None  # noqa: B009


def test_a_page_without_one_of_its_lists_is_no_answer() -> None:
    with pytest.raises(ValidationError, match="meetings"):
        page_model((Project, Meeting)).model_validate({"projects": []})


def test_the_signature_is_short_and_says_everything() -> None:
    said = signature((Official,))

    assert said == (
        "type Date = {text: string; anchor?: string}\n"
        "type Answer = {\n"
        "  officials: {\n"
        "    name: string\n"
        "    posts?: {organisation?: string; title: string; status: "
        '"holds"|"appointed"|"acting"|"removed"|"former"|"proposed"}[]\n'
        "    evidence: number[]\n"
        "  }[]\n"
        "}"
    )


@pytest.mark.parametrize("strict", [True, False])
def test_the_wire_schema_compiles_to_a_grammar(strict: bool) -> None:
    grammar = llguidance.LLMatcher.grammar_from_json_schema(wire_schema(ALL, strict=strict))

    assert llguidance.LLMatcher.validate_grammar(grammar) == ""


ALLOWED = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "anyOf",
    "$ref",
    "$defs",
}


def nodes(node: Any, *, names: bool = False) -> Iterator[dict[str, Any]]:
    """Every schema in a schema; below `properties` and `$defs` keys are names, not keywords."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from nodes(item)
    elif isinstance(node, dict):
        schema = cast("dict[str, Any]", node)
        if not names:
            yield schema
        for key, value in schema.items():
            yield from nodes(value, names=not names and key in ("properties", "$defs"))


def test_the_strict_wire_schema_keeps_to_openais_subset() -> None:
    for schema in nodes(wire_schema(ALL, strict=True)):
        assert set(schema) <= ALLOWED
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
        if "$ref" in schema:
            assert set(schema) == {"$ref"}


def test_without_the_strict_subset_null_is_not_offered_and_evidence_is_bounded() -> None:
    schema = wire_schema((Official,), strict=False)

    assert "null" not in str(schema)
    official: dict[str, Any] = schema["$defs"]["OfficialReading"]
    assert official["required"] == ["name", "evidence"]
    assert official["properties"]["evidence"] == {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 1,
        "maxItems": 40,
    }


def test_a_field_that_cannot_be_read_from_a_page_says_what_to_use() -> None:
    class Accident(Record):
        hyllm: ClassVar[Kind] = Kind("accident", "accidents", identity=("name",), prompts="accident")
        name: str
        speed: float
        evidence: list[Evidence]

    with pytest.raises(UsageError, match=r"Accident\.speed: .*float.* cannot be read.*Use str"):
        reading_model(Accident)


def test_a_record_without_evidence_is_refused() -> None:
    class Rumour(Record):
        hyllm: ClassVar[Kind] = Kind("rumour", "rumours", identity=("name",), prompts="rumour")
        name: str

    with pytest.raises(UsageError, match="no field `evidence"):
        reading_model(Rumour)


def test_a_kind_of_ones_own_is_read_like_the_built_in_ones() -> None:
    class Vehicle(Part):
        plate: str
        sort: Literal["car", "lorry"]

    class Accident(Record):
        hyllm: ClassVar[Kind] = Kind("accident", "accidents", identity=("name",), prompts="accident")
        name: str
        date: Date | None = None
        loss: Money | None = None
        vehicles: list[Vehicle]
        evidence: list[Evidence]

    assert signature((Accident,)).split("\n")[2:8] == [
        "  accidents: {",
        "    name: string",
        "    date?: Date",
        "    loss?: string",
        '    vehicles?: {plate: string; sort: "car"|"lorry"}[]',
        "    evidence: number[]",
    ]

"""A plain instructor call a page: the record classes as response model, the rules and the page as messages.

The model fills in everything, amounts and EDTF dates too. Run with
`python benchmarks/peers/one_shot.py test claude http://127.0.0.1:8765/v1`; answers are kept in answers/.
"""

import sys
from typing import Any

import instructor
from _common import HOME, ask_all, client, pages, rules
from pydantic import BaseModel

from hyllm.archive import Page
from hyllm.schemas import Meeting, Official, Project

VALUES = """
# 算出的值
- 金额：amount以元为单位（万、亿乘开），currency用ISO 4217，区间的amount取低端、upper取高端；\
bound取about、at_least、at_most、over、under之一，没有界限词为null。
- 数量：value把万、亿乘开，unit是量词，其余同金额。
- 日期：edtf按EDTF（ISO 8601-2）第1级，依出报日推算；定不了的为null。
- session、count是数。evidence的quote是版面原文的句子，逐字照抄。
"""


class Answer(BaseModel):
    """The records of one page."""

    projects: list[Project]
    meetings: list[Meeting]
    officials: list[Official]


def main() -> None:
    """Asks, or reads what is kept."""
    suite, model, base_url = sys.argv[1:4]
    name = f"one-shot-{suite}-{model.split('/')[-1]}"
    prompt = f"你为一份中国城市日报的旧报编目，从版面文字里抽取项目、会议和官员。\n\n{rules()}\n{VALUES}"

    def ask(page: Page) -> dict[str, Any]:
        openai = client(base_url, HOME / "answers" / name / f"{page.page}.json")
        answer = instructor.from_openai(openai, mode=instructor.Mode.JSON).create(
            model=model,
            response_model=Answer,
            max_retries=0,
            temperature=0,
            max_tokens=8192 if suite == "test" else 3000,
            messages=[
                {"role": "system", "content": prompt},
                {"role": "user", "content": f"出报日：{page.issue_date}\n\n{page.text}"},
            ],
        )
        return with_exact_bounds(answer.model_dump(mode="json"))

    ask_all(ask, pages(suite), HOME / f"{name}.jsonl", at_once=12 if suite == "test" else 1)


def with_exact_bounds(tree: Any) -> Any:
    """The answer with `exact` where a number has no bound: the prompt above asks for null there."""
    if isinstance(tree, list):
        return [with_exact_bounds(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    found = {key: with_exact_bounds(value) for key, value in tree.items()}
    if "bound" in found and found["bound"] is None and found.get("amount", found.get("value")) is not None:
        found["bound"] = "exact"
    return found


if __name__ == "__main__":
    main()

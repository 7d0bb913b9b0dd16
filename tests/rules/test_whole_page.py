"""A whole small page, as the extractor hands it back."""

from hyllm import Extractor, Page

PAGE = Page(
    """湘塘铜箔项目签约落户新塘县

方自强会见李大山一行

本报讯（记者 林一帆） 5月8日上午，湘塘铜箔项目签约仪式在新塘宾馆举行。县委副书记、县长方自强致辞，副县长王远主持，湘塘新材有限公司董事长李大山代表公司签约。

签约仪式前，方自强会见了湘塘新材有限公司董事长李大山。

据了解，项目选址新塘县双桥镇，总投资约6.5亿元，预计明年底投产，投产后年产铜箔1.2万吨。
""",
    "p1",
    issue_date="2022-05-09",
    paper="湘塘日报",
)


def test_a_page_is_read_without_a_model() -> None:
    result = Extractor("rules").extract(PAGE)

    assert result.status == "done"
    assert [(official.name, [post.title for post in official.posts]) for official in result.officials] == [
        ("方自强", ["副书记", "县长"]),
        ("王远", ["副县长"]),
    ]
    assert [(one.name, one.type, one.date and one.date.edtf, one.place) for one in result.meetings] == [
        ("会见了湘塘新材有限公司董事长李大山", "reception", "2022-05-08", None),
        ("湘塘铜箔项目签约仪式", "signing", "2022-05-08", "新塘宾馆"),
    ]
    assert {one.name: one.roles for one in result.meetings[1].participants} == {
        "方自强": ["spoke"],
        "王远": ["chaired"],
        "李大山": ["signed"],
    }
    (project,) = result.projects
    assert (project.name, project.stage, project.place) == ("湘塘铜箔项目", "signed", "新塘县双桥镇")
    assert project.investment
    assert (project.investment.amount, project.investment.bound) == (650_000_000, "about")
    assert [(one.measure, one.period, one.status) for one in project.figures] == [
        ("capacity", "year", "promised")
    ]


def test_it_says_what_it_is() -> None:
    extractor = Extractor("rules")
    result = extractor.extract(PAGE)

    assert extractor.announcement(2).startswith("rules: 2 pages, no model, patterns only")
    assert result.usage.to_json()["requests"] == 0
    assert {name: result.provenance[name] for name in ("model", "answers", "reached", "prompt_sha256")} == {
        "model": "rules",
        "answers": "computed",
        "reached": None,
        "prompt_sha256": None,
    }

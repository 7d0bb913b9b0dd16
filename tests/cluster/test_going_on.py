"""The commands that are said to go on with a folder: they do, and say no secret."""

import os
import shlex

import pytest

from hyllm.cli.batch_store import how_to_run, shown
from hyllm.cluster._identity import place_to_give

MINIO = "s3://b/a?endpoint_override=127.0.0.1%3A9000&scheme=http&region=us-east-1"
AZURE = "abfs://c@account.dfs.core.windows.net/a"


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("s3://b/a", "s3://b/a"),
        (MINIO, MINIO),
        (f"{AZURE}?enable_tls=false&sig=S3CRET", f"{AZURE}?enable_tls=false&…"),
        ("abfs://c/a?sv=1&sig=S3CRET", "abfs://c/a?…"),
        ("s3://key:S3CRET@b/a?region=x", "s3://b/a?region=x"),
        ("s3://b/a?endpoint_override=me:S3CRET@host", "s3://b/a?…"),
        ("s3://b/a?endpoint_override=me:S3CRET%40host&region=x", "s3://b/a?region=x&…"),
        ("s3://key:S3/CRET@b/a?region=x", "s3://…"),
        ("/disk/a?region=x", "/disk/a?region=x"),
    ],
)
def test_a_url_keeps_the_options_that_are_no_secrets(url: str, given: str) -> None:
    assert place_to_give(url) == given


@pytest.mark.skipif(os.name != "posix", reason="quoted for a POSIX shell")
def test_a_command_can_be_given_to_a_shell() -> None:
    words = ["hyllm", "batch", "run", "--on", "ray", "--address", "[::1]:6379", "--store", MINIO]
    assert shlex.split(how_to_run(MINIO, "[::1]:6379")) == words
    assert "'" in how_to_run(MINIO)
    assert how_to_run("s3://b/a", "10.0.0.1:6379") == (
        "hyllm batch run --on ray --address 10.0.0.1:6379 --store s3://b/a"
    )
    assert how_to_run("a/b.db", "10.0.0.1:6379") == "hyllm batch run --store a/b.db"
    assert shown("a folder/b.db") == "'a folder/b.db'"

"""What users import: `hyllm` and `hyllm.schemas`, and what importing them costs."""

import subprocess
import sys

import pytest

import hyllm
import hyllm.schemas
import hyllm.text
import hyllm.values


@pytest.mark.parametrize("module", [hyllm, hyllm.schemas, hyllm.text, hyllm.values])
def test_everything_exported_is_there(module: object) -> None:
    exported: list[str] = getattr(module, "__all__")  # noqa: B009

    assert all(hasattr(module, name) for name in exported)
    assert len(exported) == len(set(exported))


def test_importing_hyllm_does_not_import_what_only_a_client_needs() -> None:
    code = (
        "import sys, hyllm, hyllm.cli; print({'openai', 'instructor', 'httpx2', 'rich'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() in ("set()", "{'rich'}")

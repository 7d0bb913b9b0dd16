"""What is made of Ray's words, and of its ways, without a cluster."""

from hyllm.cluster._ray import task_error


def test_of_what_a_task_raised_the_last_line_is_told() -> None:
    said = (
        '\x1b[36mray::_run()\x1b[39m (pid=77, ip=10.0.0.2)\n  File "x.py", line 1, in f\nValueError: no\n\n'
    )
    assert task_error(said) == "ValueError: no"
    assert task_error(" \n") == "it failed and said nothing"


def test_a_machine_without_hyllm_is_told_what_to_do() -> None:
    said = "ray::_run() (pid=77, ip=10.0.0.2)\nModuleNotFoundError: No module named 'hyllm.cluster'"
    assert task_error(said) == (
        "hyllm (or a kind of your own) is not installed on this machine: pip install 'hyllm[ray]' there "
        "(ModuleNotFoundError: No module named 'hyllm.cluster')"
    )

"""Nothing grows past what one can read: files, functions, and their medians."""

from collections.abc import Iterable
from statistics import median

from tests.house.source import Function, Module, expect_none, functions, modules, ours

FILE_LINES = 400
TEST_FILE_LINES = 600
MEDIAN_FILE_LINES = 100
FUNCTION_LINES = 50
MEDIAN_FUNCTION_LINES = 10
# A migration is a list of changes, written once and read from top to bottom.
LISTS = "src/narthex/migrations/versions/"


def long_files(checked: Iterable[Module], limit: int) -> list[str]:
    return [
        f"{module.path}: {lines} lines, {limit} are allowed: split it by use case"
        for module in checked
        if (lines := module.text.count("\n")) > limit
    ]


def long_functions(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}:{function.lineno} {function.name}: {lines} lines, {FUNCTION_LINES} are allowed"
        for module in checked
        for function in functions(module)
        if (lines := length(function)) > FUNCTION_LINES
    ]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def measured() -> list[Module]:
    return [module for module in ours() if not module.path.startswith(LISTS)]


def test_no_file_is_too_long() -> None:
    expect_none(long_files(ours(), FILE_LINES))


def test_no_other_file_is_too_long() -> None:
    expect_none(long_files(modules("tests/", "bench/", "examples/", "tools/"), TEST_FILE_LINES))


def test_no_function_is_too_long() -> None:
    expect_none(long_functions(measured()))


def test_the_median_file_is_short() -> None:
    assert median(module.text.count("\n") for module in measured()) < MEDIAN_FILE_LINES


def test_the_median_function_is_short() -> None:
    assert median(length(function) for module in measured() for function in functions(module)) < MEDIAN_FUNCTION_LINES


def test_a_long_file_is_caught() -> None:
    assert long_files([Module.of("a = 1\n" * 401)], FILE_LINES) != []
    assert long_files([Module.of("a = 1\n" * 400)], FILE_LINES) == []


def test_a_long_function_is_caught() -> None:
    assert long_functions([Module.of("class A:\n async def f(self):\n" + "  pass\n" * 50)]) != []
    assert long_functions([Module.of("def f():\n" + " pass\n" * 49)]) == []

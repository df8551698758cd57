"""The reference pages say what the code says, no more and no less; links in documents lead somewhere."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from narthex.audit_log import keys
from narthex.settings import VARIABLES
from tests.house.error_codes import find_codes
from tests.house.source import ROOT, Module, expect_none, modules, texts

REFERENCE = ROOT / "docs" / "reference"
FIRST_CELL = re.compile(r"^\|((?:\\\||[^|])*)\|", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def documented(page: str) -> set[str]:
    """What the first cells of a page's tables name in code type."""
    return {name for cell in FIRST_CELL.findall(page) for name in CODE.findall(cell)}


def differences(names: Iterable[str], file: Path) -> list[str]:
    """What a reference page lacks, and what it names that is not there."""
    expected = set(names)
    if not file.exists():
        return [f"{file.relative_to(ROOT)} is missing; it explains {', '.join(sorted(expected))}"]
    written = documented(file.read_text(encoding="utf-8"))
    return [
        *(f"{file.name} lacks a table row for `{name}`" for name in sorted(expected - written)),
        *(f"{file.name} explains `{name}`, which is not in the code" for name in sorted(written - expected)),
    ]


def keys_in(values: Iterable[object]) -> Iterator[str]:
    """The texts in constants, dicts and tuples."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from keys_in(value.values())
        elif isinstance(value, (tuple, list, set, frozenset)):
            yield from keys_in(value)


def literal_event_keys(checked: Iterable[Module]) -> list[str]:
    """Events whose key is written on the spot, where no page would know of it."""
    return [
        f"{module.path}:{node.lineno}: take the key from narthex.audit_log.keys"
        for module in checked
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event"
        for key in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "key"))
        if isinstance(key, (ast.Constant, ast.JoinedStr, ast.BinOp))
    ]


def sent_back(checked: Iterable[Module]) -> set[str]:
    """The errors that `next_step` sends to the application; they are steps, not refusals."""
    return {
        node.args[0].value
        for module in checked
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refuse"
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def broken_links(path: str, text: str) -> list[str]:
    return [
        f"{path}: {target}"
        for target in LINK.findall(text)
        if not re.match(r"[a-z]+:|#", target)
        if not (ROOT / PurePosixPath(path).parent / target.partition("#")[0]).exists()
    ]


def test_every_setting_is_explained() -> None:
    expect_none(differences((variable.name for variable in VARIABLES), REFERENCE / "settings.md"))


def test_every_error_code_is_explained() -> None:
    codes = find_codes(modules("src/"))
    names = codes.found.keys() | sent_back(modules("src/"))
    expect_none([*codes.unreadable, *differences(names, REFERENCE / "errors.md")])


def test_every_audit_event_is_explained() -> None:
    constants = [value for name, value in vars(keys).items() if name.isupper()]
    expect_none([*literal_event_keys(modules("src/")), *differences(keys_in(constants), REFERENCE / "audit-events.md")])


def test_links_lead_somewhere() -> None:
    expect_none(link for path, text in texts(".md") for link in broken_links(path, text))


def test_a_difference_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "doors.md"
    page.write_text("# Doors\n\n| door | why |\n|---|---|\n| `front` | `not this` |\n| `side`, `back` | |\n")
    assert documented(page.read_text()) == {"front", "side", "back"}
    assert differences(["front", "side", "back"], page) == []
    assert differences(["front", "side", "attic"], page) == [
        "doors.md lacks a table row for `attic`",
        "doors.md explains `back`, which is not in the code",
    ]
    assert "is missing" in differences(["front"], REFERENCE / "doors.md")[0]


def test_a_key_written_on_the_spot_is_caught() -> None:
    assert literal_event_keys([Module.of("Event('User.Create', user_id=id)")]) != []
    assert literal_event_keys([Module.of("Event(key=f'User.{verb}')")]) != []
    assert literal_event_keys([Module.of("Event(keys.USER_CREATE)")]) == []
    assert set(keys_in(["A.B", {"c": "C.D"}, ("E.F",), 7])) == {"A.B", "C.D", "E.F"}


def test_an_error_that_is_sent_back_is_found() -> None:
    assert sent_back([Module.of("return Refuse('login_required', 'sign in')")]) == {"login_required"}
    assert sent_back([Module.of("match step:\n    case Refuse(error, description): pass")]) == set()


@pytest.mark.parametrize("target", ["gone.md", "../gone.md#part", "pictures/gone.png"])
def test_a_broken_link_is_caught(target: str) -> None:
    assert broken_links("docs/page.md", f"see [there]({target}).") == [f"docs/page.md: {target}"]
    assert broken_links("docs/page.md", "[a](#part) [b](https://example.org/) [c](../pyproject.toml)") == []


REFUSALS = """
SECRET = "door.secret"
class OAuthError(Refusal):
    def __init__(self, error: str, text: str) -> None:
        super().__init__(f"oidc.{error}", text=text)
class Denied(OAuthError): ...
def refuse(code: str) -> Refusal:
    return Refusal(code)
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("raise Refusal('door.closed')", {"door.closed"}),
        ("raise errors.Refusal(code='door.closed', status=404)", {"door.closed"}),
        ("raise OAuthError('invalid_grant', 'no')", {"oidc.invalid_grant"}),
        ("raise Denied('access_denied', 'no')", {"oidc.access_denied"}),
        ("raise refuse('door.closed')", {"door.closed"}),
        ("raise Refusal(SECRET)", {"door.secret"}),
        ("raise Refusal('door.a' if a else 'door.b')", {"door.a", "door.b"}),
        ("for kind in ('a', 'b'):\n    raise OAuthError(f'{kind}_off', 'no')", {"oidc.a_off", "oidc.b_off"}),
        ("class Shut(Refusal):\n  def __init__(self, text):\n    super().__init__('door.shut')", {"door.shut"}),
        ("raise Refusal(cause.code)", set()),
    ],
)
def test_a_code_is_found_however_it_is_given(text: str, found: set[str]) -> None:
    codes = find_codes([Module.of(f"{REFUSALS}{text}\n")])
    assert (set(codes.found), codes.unreadable) == (found, [])


@pytest.mark.parametrize(
    "text", ["Refusal(names[0])", "Refusal('door.' + kind)", "OAuthError(f'{a}_{b}', 'no')", "Refusal(made())"]
)
def test_a_code_that_cannot_be_read_is_reported(text: str) -> None:
    assert len(find_codes([Module.of(f"{REFUSALS}raise {text}\n")]).unreadable) == 1

"""Logs: one event a line, no secret in it, and nothing a stranger sends can forge a line or speak to a terminal."""

import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from narthex.kit.logging import Log, configure_logging, log_request
from narthex.kit.redaction import REDACTED, SECRET_NAMES, redact_text

LOG = Log("narthex.test")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Logging is one for the whole process; leave it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    for name in ("uvicorn.error", "asyncio", "alembic"):
        logging.getLogger(name).setLevel(logging.NOTSET)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def written(style: str = "json", level: str = "info") -> io.StringIO:
    """The stream that is logged to from now on."""
    stream = io.StringIO()
    configure_logging(style, level, stream)
    return stream


def one_line(stream: io.StringIO) -> dict[str, Any]:
    """The only line of a JSON log."""
    [line] = stream.getvalue().splitlines()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_an_event_is_one_json_object() -> None:
    stream = written()
    LOG.info("signed in", tenant="default", count=3, ok=True, nothing=None, nested={"a": [1, "b"]})
    line = one_line(stream)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "info",
        "logger": "narthex.test",
        "event": "signed in",
        "tenant": "default",
        "count": 3,
        "ok": True,
        "nested": {"a": [1, "b"]},
    }


def test_a_field_cannot_pass_for_the_time_or_the_level() -> None:
    stream = written()
    LOG.info("x", level="error", time="never")
    line = one_line(stream)
    assert (line["level"], line["level_"], line["time_"]) == ("info", "error", "never")


def test_levels() -> None:
    stream = written(level="warning")
    LOG.debug("a")
    LOG.info("b")
    LOG.warning("c")
    LOG.error("d")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["c", "d"]


def test_an_exception_is_part_of_the_line() -> None:
    stream = written()
    try:
        raise KeyError("password=hush")
    except KeyError as error:
        LOG.error("failed", exception=error, where="here")
    line = one_line(stream)
    assert line["event"] == "failed"
    assert "KeyError" in line["exception"]
    assert "hush" not in line["exception"]


def test_the_libraries_log_in_the_same_form_and_warnings_too() -> None:
    stream = written()
    logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["logger"]) == ("from uvicorn", "uvicorn.error")
    assert "DeprecationWarning: old" in second["event"]


@pytest.mark.parametrize("name", sorted(SECRET_NAMES))
def test_a_secret_is_never_logged(name: str) -> None:
    stream = written()
    dashed = name.replace("_", "-")
    query, body = f"asked for /x?{name}=hush1&b=1", f'{{"{name}": "hush4"}}'
    LOG.info(query, **{name: "hush2"}, deep={"a": [{dashed.title(): "hush3"}]})
    LOG.info(body, url=f"https://a.example/cb?x=1&{name}=hush5#frag", form=f"{name}=hush6")
    text = stream.getvalue()
    assert "hush" not in text
    assert text.count(REDACTED) == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdefghijkl", "Authorization: [redacted]"),
        ("got Basic YWJjOmRlZg==", "got Basic [redacted]"),
        ("a eyJhbGciOiJub25lIn0.eyJzdWIi.x b", "a [redacted] b"),
        ("postgresql://narthex:hush@db/narthex", "postgresql://[redacted]@db/narthex"),
        ("clientSecret=hush", "clientSecret=[redacted]"),
        ("nothing here", "nothing here"),
        ("error_code=7 and status: 400", "error_code=7 and status: 400"),
        ("/oidc/token at http://localhost:3001", "/oidc/token at http://localhost:3001"),
        ("a basic rule", "a basic rule"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_texts(text: str, expected: str) -> None:
    assert redact_text(text) == expected


def test_redaction_takes_no_long_time_whatever_it_is_given() -> None:
    import time

    for text in ("token=" * 5_000, "eyJ" * 10_000, "://" * 10_000, "Bearer " * 5_000, "://a:" * 5_000, "a=" * 20_000):
        before = time.process_time()
        redact_text(text)
        assert time.process_time() - before < 0.2, text[:10]


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
HOSTILE = [
    "x\nlevel=error forged",
    "x\r\n{}",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\u2028\u2029",
    "\u202egnp.exe",
    "\x7f\x08\x08",
    "\0",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("style", ["json", "pretty"])
def test_no_line_can_be_forged_and_no_terminal_spoken_to(style: str, text: str) -> None:
    stream = written(style)
    event = f"event {text}"
    LOG.info(event, field=text, **{f"name{text}": 1})
    log_request(method=text, path=text, status=200, duration_ms=1, ip=text, request_id=text, tenant=text)
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3
    assert lines[2] == ""
    assert all(line.isprintable() for line in lines)
    if style == "json":
        assert json.loads(lines[0])["field"] == text


@given(ANY_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_stays_on_its_line(text: str) -> None:
    for style in ("json", "pretty"):
        stream = written(style)
        LOG.info(text, field=text)
        assert stream.getvalue().count("\n") == 1
        assert len(stream.getvalue().splitlines()) == 1


def test_a_traceback_in_the_pretty_log_is_indented_and_harmless() -> None:
    stream = written("pretty")
    try:
        raise ValueError("first\nINFO forged \x1b[31m")
    except ValueError as error:
        LOG.error("failed", exception=error)
    first, *rest = stream.getvalue().splitlines()
    assert first.endswith("failed")
    assert all(line.startswith("    | ") for line in rest)
    assert "\x1b" not in stream.getvalue()


def test_a_long_value_is_cut() -> None:
    stream = written()
    LOG.info("x" * 10_000, field="y" * 10_000)
    assert len(stream.getvalue()) < 9_000


def test_auto_is_pretty_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe = Terminal(), io.StringIO()
    configure_logging("auto", "info", terminal)
    LOG.info("hello", a='b "c"', empty="")
    assert "\x1b[32minfo" in terminal.getvalue()
    assert terminal.getvalue().endswith('hello \x1b[2ma=\x1b[0m"b \\"c\\"" \x1b[2mempty=\x1b[0m""\n')
    configure_logging("auto", "info", pipe)
    LOG.info("hello")
    assert one_line(pipe)["event"] == "hello"


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    configure_logging("auto", "info", terminal)
    LOG.info("hello")
    assert "\x1b" not in terminal.getvalue()


def test_a_request_is_one_line_without_its_query() -> None:
    stream = written()
    log_request(
        method="GET",
        path="/callback/google?code=hush&state=hush",
        status=303,
        duration_ms=12.3456,
        ip="203.0.113.9",
        request_id="abc",
        tenant="acme",
    )
    line = one_line(stream)
    assert "hush" not in stream.getvalue()
    assert line["path"] == "/callback/google"
    assert (line["event"], line["method"], line["status"], line["ms"]) == ("request", "GET", 303, 12.35)
    assert (line["ip"], line["request_id"], line["tenant"]) == ("203.0.113.9", "abc", "acme")


def test_the_default_stream_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info", sys.stderr)
    LOG.info("here")
    assert '"event":"here"' in capsys.readouterr().err

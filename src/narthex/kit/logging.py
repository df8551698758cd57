"""Logs: one event a line, as JSON for machines or in colour for people; never a secret, never a forged line.

    LOG = Log("narthex.oidc")
    LOG.info("refused", error=refusal.code, detail=refusal.detail)

The standard library does the work and a formatter of ours writes the line: structlog would cost the start 64 ms.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TextIO

import msgspec

from narthex.kit.redaction import redact_fields, redact_text

FIELDS = "narthex_fields"
_ENCODE = msgspec.json.Encoder(enc_hook=str).encode
RESERVED = frozenset({"time", "level", "logger", "event", "exception"})
LONGEST_TEXT = 4_000
COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "31"}

# JSON escapes what is below U+0020. These are left: delete, C1 (a terminal takes U+009B for ESC [), line separators,
# and what turns the direction of writing (a log line could be made to read as another one).
_ODD = [
    0x7F,
    *range(0x80, 0xA0),
    0x2028,
    0x2029,
    0x061C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
_ESCAPE_ODD = {code: f"\\u{code:04x}" for code in _ODD}
_ESCAPE_ALL = _ESCAPE_ODD | {code: f"\\x{code:02x}" for code in range(0x20)} | {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}


class Log:
    """A named source of events; fields are given by name and redacted by name."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **fields: Any) -> None:
        """What only a developer wants to see."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """What happens in the normal course of things."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """What an operator should look at some day."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, *, exception: BaseException | None = None, **fields: Any) -> None:
        """What an operator should look at now."""
        self._write(logging.ERROR, event, fields, exception)

    def _write(self, level: int, event: str, fields: dict[str, Any], exception: BaseException | None = None) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, exc_info=exception, extra={FIELDS: fields})


_ACCESS = logging.getLogger("narthex.access")


class Access(msgspec.Struct, frozen=True):
    """The access log's record of one request. Of its URL only the path: queries carry codes, tokens and names."""

    time: str
    level: str
    logger: str
    event: str
    method: str
    path: str
    status: int
    ms: float
    ip: str
    request_id: str
    tenant: str | None


def log_request(
    *, method: str, path: str, status: int, duration_ms: float, ip: str, request_id: str, tenant: str | None = None
) -> None:
    """Write the access log's line for one request.

    It goes past the records of the standard library, which would cost six times as much as the line itself.
    """
    if not _ACCESS.isEnabledFor(logging.INFO):
        return
    now = time.time()
    path = redact_text(_short(path.partition("?")[0]))
    duration_ms = round(duration_ms, 2)
    line = Access(
        _iso(now), "info", "narthex.access", "request", method, path, status, duration_ms, ip, request_id, tenant
    )
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):
            handler.write_access(line, now)


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes lines to a stream; `pretty` is None for JSON."""

    def __init__(self, stream: TextIO, pretty: "PrettyFormatter | None") -> None:
        super().__init__(stream)
        self._pretty = pretty
        self.setFormatter(pretty or JsonFormatter())

    def write_access(self, line: Access, now: float) -> None:
        """Write one line of the access log."""
        if self._pretty is None:
            text = _to_json(line)
        else:
            fields = {name: getattr(line, name) for name in Access.__struct_fields__[4:]}
            text = self._pretty.line(now, "INFO", line.event, fields)
        self.acquire()
        try:
            self.stream.write(text + "\n")
            self.stream.flush()
        except OSError:
            # A log that cannot be written (a full disk, a reader that went away) must not fail the request.
            pass
        finally:
            self.release()


def configure_logging(style: str = "auto", level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything that this process logs to `stream` (standard error): for the command line, once, at the start."""
    out = stream or sys.stderr
    on_terminal = out.isatty()
    is_pretty = style == "pretty" or (style == "auto" and on_terminal)
    colour = on_terminal and "NO_COLOR" not in os.environ
    root = logging.getLogger()
    root.handlers = [LineHandler(out, PrettyFormatter(colour=colour) if is_pretty else None)]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    # They tell at length what our own events tell in one line.
    for name in ("uvicorn.error", "asyncio", "alembic"):
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)


@lru_cache(maxsize=4)
def _iso_seconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _iso(now: float) -> str:
    return f"{_iso_seconds(int(now))}.{int(now % 1 * 1000):03d}Z"


def _to_json(line: object) -> str:
    text = _ENCODE(line).decode()
    return text if text.isascii() and "\x7f" not in text else text.translate(_ESCAPE_ODD)


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    given = getattr(record, FIELDS, None)
    if not given:
        return {}
    fields = redact_fields(given)
    return {(f"{name}_" if name in RESERVED else name): value for name, value in fields.items() if value is not None}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def _event_of(record: logging.LogRecord) -> str:
    return _short(redact_text(record.getMessage()))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": _iso(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event_of(record),
        }
        for name, value in _fields_of(record).items():
            line[name] = _short(value) if isinstance(value, str) else value
        if record.exc_info:
            line["exception"] = redact_text(self.formatException(record.exc_info))
        return _to_json(line)


class PrettyFormatter(logging.Formatter):
    """For people: the time of day, the level, the event and its fields on one line; a traceback below, indented."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """The line or, with a traceback, the lines."""
        line = self.line(record.created, record.levelname, _event_of(record), _fields_of(record))
        if not record.exc_info:
            return line
        traceback = redact_text(self.formatException(record.exc_info)).splitlines()
        return "\n".join([line, *(f"    | {text.translate(_ESCAPE_ALL)}" for text in traceback)])

    def line(self, now: float, level: str, event: str, fields: Mapping[str, Any]) -> str:
        """One event on one line."""
        clock = time.strftime("%H:%M:%S", time.localtime(now))
        parts = [self._paint(clock, "2"), self._paint(f"{level.lower():<7}", COLOURS.get(level, "0"))]
        parts.append(event.translate(_ESCAPE_ALL))
        for name, value in fields.items():
            parts.append(self._paint(f"{name.translate(_ESCAPE_ALL)}=", "2") + _quoted(_short(str(value))))
        return " ".join(parts)

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def _quoted(text: str) -> str:
    text = text.translate(_ESCAPE_ALL)
    return '"' + text.replace('"', '\\"') + '"' if not text or " " in text or '"' in text else text

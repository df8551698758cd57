"""Reads a search from the query of a request. Wire: logto-api.md 2.2."""

from collections.abc import Mapping, Sequence

from narthex.users.search import FIELDS, Joint, Keyword, SearchInvalid, WireSearch

SEARCH, MODE = "search", "mode"
JOINTS = ("joint", "jointMode")
CASE = "isCaseSensitive"
LONGEST_KEYWORD = 256
MOST_VALUES = 100
REGULAR = frozenset({"similar_to", "posix"})
YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}

Query = Mapping[str, Sequence[str]]


def parse(query: Query) -> WireSearch:
    """The search that the parameters of a request ask for; other parameters are left alone. Raises `SearchInvalid`."""
    _check_fields(query)
    named = [(None, SEARCH, MODE), *((field, f"{SEARCH}.{field}", f"{MODE}.{field}") for field in FIELDS)]
    return WireSearch(
        tuple(_keyword(query, field, search, mode) for field, search, mode in named if query.get(search)),
        _joint(query),
        _is_case_sensitive(query),
    )


def _check_fields(query: Query) -> None:
    for name in query:
        kind, dot, field = name.partition(".")
        if dot and kind in (SEARCH, MODE) and field not in FIELDS:
            raise SearchInvalid(f"{name[:64]!r}: the fields are {', '.join(FIELDS)}.")


def _keyword(query: Query, field: str | None, search: str, mode: str) -> Keyword:
    values = tuple(query[search])
    if len(values) > MOST_VALUES or any(len(value) > LONGEST_KEYWORD for value in values):
        raise SearchInvalid(f"{search}: at most {MOST_VALUES} values of at most {LONGEST_KEYWORD} characters.")
    if not all(values):
        raise SearchInvalid(f"{search}: a keyword is empty.")
    if _mode(query, mode) == "exact":
        return Keyword(field, values, "exact")
    if len(values) > 1:
        raise SearchInvalid(f"{search}: several values need {mode}=exact.")
    return Keyword(field, values)


def _mode(query: Query, name: str) -> str:
    mode = _one(query, name) or _one(query, MODE) or "like"
    if mode in REGULAR:
        raise SearchInvalid(f"{name}={mode}: regular expressions are not supported; use exact or like.")
    if mode not in ("exact", "like"):
        raise SearchInvalid(f"{name}: exact or like.")
    return mode


def _joint(query: Query) -> Joint:
    given = next((value for name in JOINTS if (value := _one(query, name)) is not None), "or")
    if given == "or":
        return "or"
    if given == "and":
        return "and"
    raise SearchInvalid("joint: or, and.")


def _is_case_sensitive(query: Query) -> bool:
    given = _one(query, CASE)
    if given is not None and given.lower() not in YES_OR_NO:
        raise SearchInvalid(f"{CASE}: true or false.")
    return given is not None and YES_OR_NO[given.lower()]


def _one(query: Query, name: str) -> str | None:
    values = query.get(name, ())
    if len(values) > 1:
        raise SearchInvalid(f"{name}: given more than once.")
    return values[0] if values else None

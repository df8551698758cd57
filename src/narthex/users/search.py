"""The search of the wire (logto-api.md 2.2): keywords over all names or one, exact or as patterns of LIKE.

A keyword is compared with what is kept, or, where case does not count, its folded form with the folded form of that.
Patterns may begin with a wildcard, so this reads every user of the tenant where it has to; lists for people are
`queries`. The modes `similar_to` and `posix` do not exist: no regular expression of a caller runs in the database.
"""

import unicodedata
from itertools import product
from typing import Literal

from msgspec import Struct
from sqlalchemy import Boolean, ColumnElement, String, and_, bindparam, func, or_, select

from narthex.kit.database import Reader, Statement, is_any, statement
from narthex.kit.database.patterns import Like, from_backslash
from narthex.kit.errors import Refusal
from narthex.users.columns import COLUMNS, NEWEST_FIRST
from narthex.users.schemas import User
from narthex.users.tables import users

Joint = Literal["or", "and"]
# The wire's field, the column, and the one that has its folded form.
FIELDS = {
    "id": (users.c.id, users.c.id),
    "primaryEmail": (users.c.primary_email, users.c.primary_email),
    "primaryPhone": (users.c.primary_phone, users.c.primary_phone),
    "username": (users.c.username, users.c.username_key),
    "name": (users.c.name, users.c.name_key),
}
EVERY_FIELD = "any"
GROUPS = (EVERY_FIELD, *FIELDS)


class Keyword(Struct, frozen=True):
    """What one field, or any of them, shall be: one of the values, or fit one of them as patterns of LIKE."""

    field: str | None
    values: tuple[str, ...]
    mode: Literal["exact", "like"] = "like"


class WireSearch(Struct, frozen=True):
    """All keywords of a request, at most one for a field; none of them finds everybody."""

    keywords: tuple[Keyword, ...] = ()
    joint: Joint = "or"
    is_case_sensitive: bool = False


class SearchInvalid(Refusal):
    """A search that cannot be. Wire: `request.invalid_input`."""

    def __init__(self, text: str) -> None:
        super().__init__("request.invalid_input", status=400, text=text, phrase="error.invalid_request")


def matching(joint: Joint, is_case_sensitive: bool) -> ColumnElement[bool]:
    """Whether a user is found; the condition needs the `parameters` of a search of this kind."""
    groups = [_group(group, is_case_sensitive) for group in GROUPS]
    if joint == "or":
        return or_(_flag("finds_everybody"), *groups)
    return and_(*(or_(_flag(f"without_{name}"), group) for name, group in zip(GROUPS, groups, strict=True)))


def _flag(name: str) -> ColumnElement[bool]:
    return bindparam(name, type_=Boolean())


def _group(group: str, is_case_sensitive: bool) -> ColumnElement[bool]:
    fields = FIELDS.values() if group == EVERY_FIELD else [FIELDS[group]]
    columns = [kept if is_case_sensitive else folded for kept, folded in fields]
    pattern = bindparam(f"like_{group}", type_=String())
    conditions: list[ColumnElement[bool]] = []
    for column in columns:
        conditions += [Like(column, pattern), is_any(column, f"exact_{group}")]
    return or_(*conditions)


def parameters(search: WireSearch) -> dict[str, object]:
    """The parameters of the condition that `matching` made for searches of this kind. Raises `SearchInvalid`."""
    found: dict[str, object] = {}
    for group in GROUPS:
        found |= {f"like_{group}": None, f"exact_{group}": []}
    for keyword in search.keywords:
        group = keyword.field or EVERY_FIELD
        values = [_checked(value, search.is_case_sensitive) for value in keyword.values]
        found[f"{keyword.mode}_{group}"] = values if keyword.mode == "exact" else _pattern(values)
    if search.joint == "or":
        return found | {"finds_everybody": not search.keywords}
    given = {keyword.field or EVERY_FIELD for keyword in search.keywords}
    return found | {f"without_{group}": group not in given for group in GROUPS}


def _checked(value: str, is_case_sensitive: bool) -> str:
    if not value or any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise SearchInvalid("A keyword is empty, or has a character that no name has.")
    return value if is_case_sensitive else unicodedata.normalize("NFC", value).casefold()


def _pattern(values: list[str]) -> str:
    if len(values) != 1:
        raise SearchInvalid("Several values of one field need mode=exact.")
    try:
        return from_backslash(values[0])
    except ValueError:
        raise SearchInvalid("The pattern ends with a backslash that escapes nothing.") from None


def _listed(joint: Joint, is_case_sensitive: bool) -> Statement[User]:
    found = select(*COLUMNS).where(matching(joint, is_case_sensitive)).order_by(*NEWEST_FIRST)
    return statement(found.limit(bindparam("limit")).offset(bindparam("offset")), User)


def _counted(joint: Joint, is_case_sensitive: bool) -> Statement[int]:
    return statement(select(func.count()).select_from(users).where(matching(joint, is_case_sensitive)), int)


JOINTS: tuple[Joint, ...] = ("or", "and")
KINDS = tuple(product(JOINTS, (False, True)))
LISTED = {kind: _listed(*kind) for kind in KINDS}
COUNTED = {kind: _counted(*kind) for kind in KINDS}


async def listed(reader: Reader, search: WireSearch, offset: int, limit: int) -> list[User]:
    """Some of the users that are found, the newest first. Raises `SearchInvalid`."""
    wanted = LISTED[search.joint, search.is_case_sensitive]
    return await reader.all(wanted, **parameters(search), offset=offset, limit=limit)


async def count(reader: Reader, search: WireSearch) -> int:
    """How many users are found. Raises `SearchInvalid`."""
    return await reader.one(COUNTED[search.joint, search.is_case_sensitive], **parameters(search)) or 0

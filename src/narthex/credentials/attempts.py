"""Counting attempts before they are checked, on both databases by one statement (S3)."""

from msgspec import Struct
from sqlalchemy import BigInteger, bindparam, case, delete, or_, select

from narthex.credentials.tables import attempts, known_browsers
from narthex.kit.database import Reader, Transaction, statement, upsert
from narthex.kit.digests import digest


class AttemptCount(Struct, frozen=True):
    """How many attempts were made in a window that began at `since` (ms)."""

    count: int
    since: int


class Limit(Struct, frozen=True):
    """At most `most` attempts in `window` (ms)."""

    most: int
    window: int


class Allowance(Struct, frozen=True):
    """Whether this attempt may go on, and if not, how long to wait (ms)."""

    allowed: bool
    wait: int = 0


class KnownBrowser(Struct, frozen=True):
    """A browser that has signed in under an identifier before."""

    used_at: int


NOW, WINDOW, MOST = (bindparam(name, type_=BigInteger) for name in ("now", "window", "most"))
IS_OVER = attempts.c.since <= NOW - WINDOW
IS_LAST = attempts.c.count + 1 == MOST
# The window begins anew when it is over, and once more at the last attempt that is allowed: a lock lasts its full time.
COUNT = statement(
    upsert(
        attempts,
        ["tenant_id", "id"],
        {
            "count": case((IS_OVER, 1), else_=attempts.c.count + 1),
            "since": case((or_(IS_OVER, IS_LAST), NOW), else_=attempts.c.since),
        },
    ).returning(attempts.c.count, attempts.c.since),
    AttemptCount,
)
FORGET = statement(delete(attempts).where(attempts.c.id == bindparam("attempt_id")))
KNOWN = statement(
    select(known_browsers.c.used_at).where(
        known_browsers.c.browser_hash == bindparam("browser"),
        known_browsers.c.identifier_hash == bindparam("identifier"),
    ),
    KnownBrowser,
)
REMEMBER = statement(upsert(known_browsers, ["tenant_id", "browser_hash", "identifier_hash"], ["used_at"]))


def attempt_id(tx: Transaction, purpose: str, subject: str) -> str:
    """The name of a counter; hashed, so that the table tells nobody which identifiers were tried."""
    return digest(f"{tx.tenant_id}:{purpose}:{subject}")


async def count(tx: Transaction, purpose: str, subject: str, limit: Limit) -> Allowance:
    """Count an attempt and say whether it may go on. The caller commits before it checks anything."""
    counted = await tx.one(
        COUNT,
        id=attempt_id(tx, purpose, subject),
        count=1,
        since=tx.now,
        now=tx.now,
        window=limit.window,
        most=limit.most,
    )
    if counted is None or counted.count <= limit.most:
        return Allowance(True)
    return Allowance(False, max(counted.since + limit.window - tx.now, 0))


async def forget(tx: Transaction, purpose: str, subject: str) -> None:
    """Start a counter anew after a success."""
    await tx.run(FORGET, attempt_id=attempt_id(tx, purpose, subject))


async def is_known(reader: Reader, browser: str, identifier: str) -> bool:
    """Whether this browser signed in under this identifier before."""
    row = await reader.one(KNOWN, browser=digest(browser), identifier=digest(identifier))
    return row is not None


async def remember_browser(tx: Transaction, browser: str, identifier: str) -> None:
    """Remember that this browser signed in under this identifier."""
    await tx.run(REMEMBER, browser_hash=digest(browser), identifier_hash=digest(identifier), used_at=tx.now)

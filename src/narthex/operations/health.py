"""`/healthz` says that the process lives, `/readyz` that it can serve: database, schema and keys are there.

A supervisor restarts what does not live; a load balancer sends nothing to what is not ready. So a lost database must
never fail the first one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from narthex.kit.database import Database
from narthex.kit.http import NO_STORE, Response, json_response
from narthex.kit.logging import Log

Check = Callable[[], Awaitable[object]]

CHECK_LIMIT_SECONDS = 2.0
# Anyone may ask, so the answer is kept for a moment: asking often does not reach the database.
KEPT_SECONDS = 1.0
ALIVE = json_response({"status": "ok"}, headers=[NO_STORE])
LOG = Log("narthex.operations")


class NotReady(Exception):
    """A check that failed; the message is for the log."""


class Readiness:
    """Whether this server can serve: every check returns; one that raises, or takes too long, fails."""

    def __init__(self, checks: Mapping[str, Check], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._checks = checks
        self._monotonic = monotonic
        self._asked = 0.0
        self._answer: asyncio.Future[Response] | None = None

    async def answer(self) -> Response:
        """The page `/readyz`: 200 or 503."""
        now = self._monotonic()
        if self._answer is None or now - self._asked >= KEPT_SECONDS:
            self._asked, self._answer = now, asyncio.ensure_future(_answer(self._checks))
        # Whoever asks while the checks run shares them; one who goes away does not cancel them for the rest.
        return await asyncio.shield(self._answer)


async def _answer(checks: Mapping[str, Check]) -> Response:
    outcomes = await asyncio.gather(*(_outcome(name, check) for name, check in checks.items()))
    results = dict(zip(checks, outcomes, strict=True))
    if all(outcome == "ok" for outcome in outcomes):
        return json_response({"status": "ready", "checks": results}, headers=[NO_STORE])
    return json_response({"status": "not ready", "checks": results}, 503, [NO_STORE])


async def _outcome(name: str, check: Check) -> str:
    # What exactly is wrong is for the log: the page is public.
    try:
        async with asyncio.timeout(CHECK_LIMIT_SECONDS):
            await check()
    except TimeoutError:
        LOG.warning("not ready", check=name, reason=f"no answer within {CHECK_LIMIT_SECONDS} s")
        return "timed out"
    except Exception as error:
        LOG.warning("not ready", check=name, reason=f"{type(error).__name__}: {error}")
        return "failed"
    return "ok"


def schema_check(database: Database) -> Check:
    """A check that the database answers, and that its schema is the one it had when it was first asked.

    A server does not start on another schema than its own, so this notices one that was changed under its feet.
    """
    first: str | None = None

    async def check() -> None:
        nonlocal first
        revision = await database.schema_revision()
        first = first or revision
        if revision is None or revision != first:
            raise NotReady(f"the schema is at {revision or 'no revision'}, not {first}; restart this server")

    return check

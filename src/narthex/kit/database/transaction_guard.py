"""Knows whether the running task is inside a write, so that nothing slow is awaited while others wait for a turn."""

from contextvars import ContextVar, Token

_inside: ContextVar[bool] = ContextVar("narthex_inside_write", default=False)


def inside_transaction() -> bool:
    """Whether the running task is between the begin and the end of a write."""
    return _inside.get()


def outside_transaction(what: str) -> None:
    """Raise `RuntimeError` if `what` (hashing, HTTP, mail) is about to be awaited inside a write."""
    if _inside.get():
        raise RuntimeError(f"{what} inside a write: a write awaits nothing but its own statements")


def enter() -> Token[bool]:
    """Mark the running task as inside a write; only the executors call this."""
    return _inside.set(True)


def leave(token: Token[bool]) -> None:
    """Take the mark off again."""
    _inside.reset(token)

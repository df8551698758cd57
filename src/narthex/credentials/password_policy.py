"""What a new password must be. Everything is judged here, offline; the page's ticks only tell early."""

import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from narthex.kit.errors import Refusal

COMMON_BELOW = 5.0
JUDGED_LENGTH = 72
RUN = 3
SHORTEST_USER_PART = 3


class PasswordRules(Struct, frozen=True):
    """The policy of a tenant, as typed values from above (wire: passwordPolicy, logto-api.md 5.1)."""

    shortest: int = 8
    longest: int = 256
    kinds: int = 1
    no_common: bool = True
    no_runs: bool = True
    no_user_info: bool = True
    words: tuple[str, ...] = ()


class Objection(Struct, frozen=True):
    """One reason against a password; `code` follows the wire, `values` fill its text."""

    code: str
    values: dict[str, int] = {}

    @property
    def phrase(self) -> str:
        """The catalogue key of the reason."""
        return f"error.password_rejected.{self.code}"


class PasswordRejected(Refusal):
    """A new password that the policy refuses, with all reasons. Wire: `password.rejected`."""

    def __init__(self, objections: list[Objection]) -> None:
        super().__init__(
            "password.rejected",
            status=422,
            text="The password does not meet the policy.",
            phrase=objections[0].phrase,
            values=objections[0].values,
            data=[{"code": f"password_rejected.{one.code}", "interpolation": one.values} for one in objections],
        )
        self.objections = objections


def normalise_password(typed: str) -> str:
    """The password as it is judged and hashed: keyboards compose accents, and choose widths, in ways that a person does
    not see (NFKC; RFC 8265 4.2 asks for the same care)."""
    return unicodedata.normalize("NFKC", typed)


def check_password(password: str, rules: PasswordRules, user_info: Iterable[str] = ()) -> None:
    """Raise `PasswordRejected` with every reason that holds."""
    objections = list(_objections(password, rules, user_info))
    if objections:
        raise PasswordRejected(objections)


def _objections(password: str, rules: PasswordRules, user_info: Iterable[str]) -> Iterable[Objection]:
    if any(unicodedata.category(character).startswith("C") for character in password):
        yield Objection("unsupported_characters")
    if len(password) > rules.longest:
        yield Objection("too_long", {"max": rules.longest})
        return
    too_short = len(password) < rules.shortest
    if too_short:
        yield Objection("too_short", {"min": rules.shortest})
    if _kinds(password) < rules.kinds:
        yield Objection("character_types", {"min": rules.kinds})
    folded = password.casefold()
    if rules.no_runs and (kind := _mostly_runs(folded)):
        yield Objection(f"restricted.{kind}")
    if rules.no_user_info and any(part in folded for part in _user_parts(user_info)):
        yield Objection("restricted.user_info")
    if any(word.casefold() in folded for word in rules.words if word):
        yield Objection("restricted.words")
    # A short one is refused as it is; that many people use it would be a guess.
    if rules.no_common and not too_short and _is_common(password):
        yield Objection("common")


def _kinds(password: str) -> int:
    return len({_kind(character) for character in password})


def _kind(character: str) -> str:
    if character.isupper():
        return "capital"
    if character.islower():
        return "small"
    return "digit" if character.isdigit() else "other"


def _mostly_runs(folded: str) -> str | None:
    """Which of repetitions and sequences (aaa, 123, cba) make up so much that too little is left, if they do."""
    in_run: set[int] = set()
    kind = "sequence"
    for start in range(len(folded) - RUN + 1):
        codes = [ord(character) for character in folded[start : start + RUN]]
        steps = {after - before for before, after in pairwise(codes)}
        if steps in ({0}, {1}, {-1}):
            in_run.update(range(start, start + RUN))
            kind = "repetition" if steps == {0} else kind
    return kind if in_run and len(folded) - len(in_run) < RUN else None


def _user_parts(user_info: Iterable[str]) -> list[str]:
    return [part for info in user_info if len(part := info.casefold()) >= SHORTEST_USER_PART]


def _is_common(password: str) -> bool:
    """Whether an attacker who tries the common ones first, and their usual variations, has it within 100,000 tries."""
    from zxcvbn_rs_py import zxcvbn

    return zxcvbn(password[:JUDGED_LENGTH]).guesses_log10 < COMMON_BELOW

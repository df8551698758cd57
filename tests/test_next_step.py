"""What a sign-in needs next: the rules that hold for every combination of facts, and the usual ways in one table."""

from collections.abc import Iterator
from itertools import product

import pytest

from narthex.interactions.schemas import FirstScreen
from narthex.next_step import (
    AskConsent,
    CompleteProfile,
    Facts,
    GoToProvider,
    Issue,
    KnownUser,
    MakeAccount,
    OfferLink,
    Refuse,
    RefuseNewcomer,
    SignIn,
    Step,
    next_step,
    step_of_newcomer,
)
from narthex.registration.newcomers import Outlook

NOW = 1_795_000_000_000
ADA, BOB = KnownUser("ada", NOW - 60_000), KnownUser("bob", NOW - 60_000)
ADA_HERE, BOB_HERE = KnownUser("ada", NOW - 1_000), KnownUser("bob", NOW - 1_000)
PROMPTS = [(), ("none",), ("login",), ("consent",), ("select_account",), ("login", "consent")]
MAX_AGES = [None, 0, 59, 60, 61, 3600]
REGISTER = FirstScreen.REGISTER


def every() -> Iterator[Facts]:
    """Every combination."""
    for prompts, max_age, hint, screen, session, here, needed, given, answer in product(
        PROMPTS,
        MAX_AGES,
        [None, "ada", "bob"],
        FirstScreen,
        [None, ADA, BOB],
        [None, ADA_HERE, BOB_HERE],
        [False, True],
        [False, True],
        [None, False, True],
    ):
        yield Facts(NOW, prompts, max_age, hint, screen, session, here, needed, given, answer)


EVERY = [(facts, next_step(facts)) for facts in every()]


def where(step_type: type[Step]) -> Iterator[tuple[Facts, Step]]:
    """The combinations that lead to a step of a type."""
    found = [(facts, step) for facts, step in EVERY if isinstance(step, step_type)]
    assert found
    return iter(found)


def user_of(step: Step) -> KnownUser:
    assert isinstance(step, Issue | AskConsent)
    return step.user


def test_there_are_as_many_as_there_should_be() -> None:
    assert len(EVERY) == 6 * 6 * 3 * 2 * 3 * 3 * 2 * 2 * 3


def test_a_silent_request_shows_nothing() -> None:
    for facts, step in EVERY:
        assert "none" not in facts.prompts or isinstance(step, Issue | Refuse), facts


def test_nobody_goes_on_as_somebody_who_was_not_proved() -> None:
    for facts, step in [*where(Issue), *where(AskConsent)]:
        assert user_of(step) in {facts.authenticated_here, facts.session}
        assert facts.authenticated_here in {None, user_of(step)}, "who was proved here stands before the session"


def test_nobody_goes_on_as_another_than_the_hint_names() -> None:
    for facts, step in [*where(Issue), *where(AskConsent)]:
        assert facts.hinted_subject in {None, user_of(step).user_id}, facts


def test_a_prompt_for_a_login_is_met_by_a_login_only() -> None:
    for facts, step in [*where(Issue), *where(AskConsent)]:
        if "login" in facts.prompts or "select_account" in facts.prompts:
            assert user_of(step) == facts.authenticated_here, facts


def test_a_session_is_never_older_than_allowed() -> None:
    for facts, step in [*where(Issue), *where(AskConsent)]:
        if facts.max_age is not None and facts.authenticated_here is None:
            assert NOW - user_of(step).authenticated_at < facts.max_age * 1000, facts


def test_a_code_needs_the_consent_that_is_needed() -> None:
    for facts, _ in where(Issue):
        if facts.consent_is_needed:
            assert facts.consent_answer or (facts.consent_is_given and "consent" not in facts.prompts), facts
            assert facts.consent_answer is not False, facts


def test_consent_is_asked_for_where_it_is_needed_and_open_only() -> None:
    for facts, _ in where(AskConsent):
        assert facts.consent_is_needed
        assert facts.consent_answer is None
        assert not facts.consent_is_given or "consent" in facts.prompts


def test_the_first_screen_is_the_one_that_was_asked_for() -> None:
    for facts, step in where(SignIn):
        assert step == SignIn(facts.first_screen)
        assert facts.authenticated_here is None, "a proof here is never asked for again"


def test_a_refusal_has_a_reason() -> None:
    for facts, step in where(Refuse):
        assert isinstance(step, Refuse)
        match step.error:
            case "login_required":
                user = facts.authenticated_here
                other = user is not None and facts.hinted_subject not in {None, user.user_id}
                assert "none" in facts.prompts or other, facts
            case "consent_required":
                assert "none" in facts.prompts
                assert facts.consent_is_needed
            case "access_denied":
                assert facts.consent_answer is False
                assert facts.consent_is_needed
            case _:
                pytest.fail(step.error)
        assert step.description


def test_a_consent_for_one_that_needs_none_changes_nothing() -> None:
    for facts, step in EVERY:
        if not facts.consent_is_needed:
            plain = Facts(
                *(NOW, facts.prompts, facts.max_age, facts.hinted_subject, facts.first_screen),
                *(facts.session, facts.authenticated_here),
            )
            assert step == next_step(plain)


NEWCOMERS = [Outlook(*bits) for bits in product([False, True], repeat=5)]


def test_a_newcomer_whose_account_exists_is_asked_for_proof_before_anything_else() -> None:
    for newcomer in NEWCOMERS:
        offered = newcomer.account_exists and not newcomer.wants_own_account
        assert isinstance(step_of_newcomer(newcomer), OfferLink) == offered, newcomer


def test_no_account_is_made_where_something_is_missing_or_forbidden() -> None:
    for newcomer in NEWCOMERS:
        step = step_of_newcomer(newcomer)
        missing = newcomer.username_is_needed or newcomer.agreement_is_needed
        if isinstance(step, MakeAccount):
            assert newcomer.sign_up_is_on
            assert not missing
        if isinstance(step, CompleteProfile):
            assert newcomer.sign_up_is_on
            assert missing
        assert isinstance(step, RefuseNewcomer) <= (not newcomer.sign_up_is_on)


def test_a_newcomer_comes_before_the_session_and_after_a_proof() -> None:
    for newcomer in NEWCOMERS:
        step = step_of_newcomer(newcomer)
        assert next_step(Facts(NOW, session=ADA, newcomer=newcomer, direct_target="oidc")) == step
        assert next_step(Facts(NOW, authenticated_here=ADA_HERE, newcomer=newcomer)) == Issue(ADA_HERE)
        assert isinstance(next_step(Facts(NOW, ("none",), newcomer=newcomer)), Refuse)


LOGIN_REQUIRED = ("Refuse", "login_required")
TABLE: list[tuple[str, Facts, object]] = [
    ("a stranger", Facts(NOW), SignIn(FirstScreen.SIGN_IN)),
    ("a stranger who wants an account", Facts(NOW, first_screen=REGISTER), SignIn(REGISTER)),
    ("a stranger who goes elsewhere at once", Facts(NOW, direct_target="oidc"), GoToProvider("oidc")),
    ("a session, and the way elsewhere", Facts(NOW, session=ADA, direct_target="oidc"), Issue(ADA)),
    ("a stranger elsewhere, silently", Facts(NOW, ("none",), direct_target="oidc"), LOGIN_REQUIRED),
    ("a stranger, silently", Facts(NOW, ("none",)), LOGIN_REQUIRED),
    ("a session", Facts(NOW, session=ADA), Issue(ADA)),
    ("a session, silently", Facts(NOW, ("none",), session=ADA), Issue(ADA)),
    ("a session, and a sign-up is asked for", Facts(NOW, session=ADA, first_screen=REGISTER), Issue(ADA)),
    ("a login is asked for", Facts(NOW, ("login",), session=ADA), SignIn(FirstScreen.SIGN_IN)),
    (
        "a login was asked for and made",
        Facts(NOW, ("login",), session=ADA, authenticated_here=ADA_HERE),
        Issue(ADA_HERE),
    ),
    ("an account is to be chosen", Facts(NOW, ("select_account",), session=ADA), SignIn(FirstScreen.SIGN_IN)),
    ("somebody else signed in", Facts(NOW, session=ADA, authenticated_here=BOB_HERE), Issue(BOB_HERE)),
    ("a session just too old", Facts(NOW, max_age=60, session=ADA), SignIn(FirstScreen.SIGN_IN)),
    ("a session just young enough", Facts(NOW, max_age=61, session=ADA), Issue(ADA)),
    ("no session is young enough", Facts(NOW, max_age=0, session=KnownUser("ada", NOW)), SignIn(FirstScreen.SIGN_IN)),
    ("a session too old, silently", Facts(NOW, ("none",), max_age=60, session=ADA), LOGIN_REQUIRED),
    ("a proof is as old as the page was open", Facts(NOW, max_age=0, authenticated_here=ADA_HERE), Issue(ADA_HERE)),
    ("the hint names the session", Facts(NOW, hinted_subject="ada", session=ADA), Issue(ADA)),
    ("the hint names another", Facts(NOW, hinted_subject="bob", session=ADA), SignIn(FirstScreen.SIGN_IN)),
    ("the hint names another, silently", Facts(NOW, ("none",), hinted_subject="bob", session=ADA), LOGIN_REQUIRED),
    ("another than the hint signed in", Facts(NOW, hinted_subject="bob", authenticated_here=ADA_HERE), LOGIN_REQUIRED),
    ("consent is open", Facts(NOW, session=ADA, consent_is_needed=True), AskConsent(ADA)),
    (
        "consent is open, silently",
        Facts(NOW, ("none",), session=ADA, consent_is_needed=True),
        ("Refuse", "consent_required"),
    ),
    ("consent was given before", Facts(NOW, session=ADA, consent_is_needed=True, consent_is_given=True), Issue(ADA)),
    (
        "consent is asked for again",
        Facts(NOW, ("consent",), session=ADA, consent_is_needed=True, consent_is_given=True),
        AskConsent(ADA),
    ),
    (
        "consent was given now",
        Facts(NOW, ("consent",), session=ADA, consent_is_needed=True, consent_answer=True),
        Issue(ADA),
    ),
    (
        "consent was denied now",
        Facts(NOW, session=ADA, consent_is_needed=True, consent_is_given=True, consent_answer=False),
        ("Refuse", "access_denied"),
    ),
    ("consent is asked for where none is needed", Facts(NOW, ("consent",), session=ADA), Issue(ADA)),
    ("a login comes before the consent", Facts(NOW, consent_is_needed=True), SignIn(FirstScreen.SIGN_IN)),
]


@pytest.mark.parametrize(("facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_usual_ways(facts: Facts, expected: object) -> None:
    step = next_step(facts)
    assert (("Refuse", step.error) if isinstance(step, Refuse) else step) == expected

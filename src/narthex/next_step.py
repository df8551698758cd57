"""What a sign-in needs next: a pure function over frozen facts. Every step writes its result and comes back here; no
step routes to another, and pages only show what is decided here."""

from msgspec import Struct

from narthex.interactions.schemas import FirstScreen
from narthex.registration.newcomers import Outlook


class KnownUser(Struct, frozen=True):
    """Somebody who was proved, in this interaction or earlier in this browser (time in ms since epoch)."""

    user_id: str
    authenticated_at: int


class Facts(Struct, frozen=True):
    """All that the decision depends on; `max_age` in seconds."""

    now: int
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    hinted_subject: str | None = None
    first_screen: FirstScreen = FirstScreen.SIGN_IN
    session: KnownUser | None = None
    authenticated_here: KnownUser | None = None
    consent_is_needed: bool = False
    consent_is_given: bool = False
    consent_answer: bool | None = None
    direct_target: str | None = None
    newcomer: Outlook | None = None


class SignIn(Struct, frozen=True):
    """Show the first screen."""

    screen: FirstScreen


class GoToProvider(Struct, frozen=True):
    """Send the browser to the identity provider of this target, without a first screen."""

    target: str


class OfferLink(Struct, frozen=True):
    """An account has what the provider vouches for: ask for proof that it is theirs."""


class CompleteProfile(Struct, frozen=True):
    """Ask the newcomer for what the provider cannot tell."""


class MakeAccount(Struct, frozen=True):
    """Nothing is missing: the newcomer gets an account."""


class RefuseNewcomer(Struct, frozen=True):
    """The tenant makes its accounts itself."""


class AskConsent(Struct, frozen=True):
    """Show the consent page for this user."""

    user: KnownUser


class Issue(Struct, frozen=True):
    """Everything is there: issue a code for this user."""

    user: KnownUser


class Refuse(Struct, frozen=True):
    """Go back to the application with an OAuth error."""

    error: str
    description: str


NewcomerStep = OfferLink | CompleteProfile | MakeAccount | RefuseNewcomer
Step = SignIn | GoToProvider | NewcomerStep | AskConsent | Issue | Refuse


def next_step(facts: Facts) -> Step:
    """Decide. With `prompt=none` nothing may be shown (OpenID Connect Core 3.1.2.1)."""
    user = facts.authenticated_here or (None if facts.newcomer else _usable_session(facts))
    silent = "none" in facts.prompts
    if user is None:
        if silent:
            return Refuse("login_required", "the end-user has to sign in")
        return _first(facts)
    if facts.hinted_subject is not None and facts.hinted_subject != user.user_id:
        return Refuse("login_required", "another end-user is signed in than id_token_hint names")
    return _consent(facts, user, silent)


def step_of_newcomer(newcomer: Outlook) -> NewcomerStep:
    """What is next for somebody whom a provider vouched for and who has no account: whoever is offered one has to prove
    that it is theirs, or leave it alone."""
    if newcomer.account_exists and not newcomer.wants_own_account:
        return OfferLink()
    if not newcomer.sign_up_is_on:
        return RefuseNewcomer()
    if newcomer.username_is_needed or newcomer.agreement_is_needed:
        return CompleteProfile()
    return MakeAccount()


def _first(facts: Facts) -> Step:
    if facts.newcomer is not None:
        return step_of_newcomer(facts.newcomer)
    return GoToProvider(facts.direct_target) if facts.direct_target else SignIn(facts.first_screen)


def _usable_session(facts: Facts) -> KnownUser | None:
    session = facts.session
    if session is None or "login" in facts.prompts or "select_account" in facts.prompts:
        return None
    if facts.max_age is not None and facts.now - session.authenticated_at >= facts.max_age * 1000:
        return None
    if facts.hinted_subject is not None and facts.hinted_subject != session.user_id:
        return session if "none" in facts.prompts else None
    return session


def _consent(facts: Facts, user: KnownUser, silent: bool) -> Step:
    if not facts.consent_is_needed:
        return Issue(user)
    if facts.consent_answer is False:
        return Refuse("access_denied", "the end-user did not allow the request")
    if facts.consent_answer or (facts.consent_is_given and "consent" not in facts.prompts):
        return Issue(user)
    if silent:
        return Refuse("consent_required", "the end-user has to allow the request")
    return AskConsent(user)

"""A tenant's policies as the slices below take them: typed values that name no setting."""

from narthex.credentials.attempts import Limit
from narthex.credentials.password_policy import PasswordRules
from narthex.sign_in_settings.schemas import SignInSettings, TermsPolicy

MINUTE = 60 * 1000


def new_password_rules(settings: SignInSettings) -> PasswordRules:
    """What a new password must be."""
    policy = settings.experience.password_policy
    return PasswordRules(
        shortest=policy.length.min,
        longest=policy.length.max,
        kinds=policy.character_types.min,
        no_common=policy.rejects.pwned,
        no_runs=policy.rejects.repetition_and_sequence,
        no_user_info=policy.rejects.user_info,
        words=policy.rejects.words,
    )


def password_attempts(settings: SignInSettings) -> Limit:
    """How often a password may be tried before an identifier is locked, and for how long."""
    policy = settings.experience.sentinel_policy
    return Limit(policy.max_attempts, policy.lockout_duration * MINUTE)


def terms_are_ticked_at_sign_in(settings: SignInSettings) -> bool:
    """Whether people who have an account tick under the terms as well, each time they sign in."""
    return terms_are_ticked(settings) and settings.experience.agree_to_terms_policy is TermsPolicy.MANUAL


def terms_are_ticked(settings: SignInSettings) -> bool:
    """Whether a new account needs a tick under the terms, not just words about them."""
    experience = settings.experience
    has_terms = bool(experience.terms_of_use_url or experience.privacy_policy_url)
    return has_terms and experience.agree_to_terms_policy is not TermsPolicy.AUTOMATIC

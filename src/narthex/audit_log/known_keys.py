"""Every key that is written, with what it tells: for filters. docs/reference/audit-events.md says more."""

from msgspec import Struct

from narthex.audit_log import keys

MEANINGS = {
    keys.INTERACTION_CREATE: "An application sent somebody who has to see a page",
    keys.SIGN_IN_PASSWORD: "A name and a password were entered",
    keys.SIGN_IN_SOCIAL_CREATE: "Somebody was sent to another identity provider",
    keys.SIGN_IN_SOCIAL_SUBMIT: "Somebody came back from another identity provider",
    keys.REGISTER_PASSWORD: "An account with a name and a password was asked for",
    keys.REGISTER_PROFILE: "A new account was completed",
    keys.SIGN_IN_SUBMIT: "A sign-in is complete",
    keys.REGISTER_SUBMIT: "A sign-up is complete",
    keys.CONSENT_SUBMIT: "The question about a third-party application was answered",
    keys.INTERACTION_END: "The application got a code",
    keys.SESSION_END: "A session ended",
    keys.EXCHANGE_BY["authorization_code"]: "A code was exchanged for tokens",
    keys.EXCHANGE_BY["refresh_token"]: "A refresh token was used",
    keys.EXCHANGE_BY["client_credentials"]: "A machine got a token",
    keys.EXCHANGE_UNKNOWN: "A token was asked for in an unknown way",
    keys.REVOKE_TOKEN: "An application gave a token back",
    keys.REVOKE_GRANTS: "Grants ended, with every token of them",
    keys.USER_CREATE: "A user was made",
    keys.USER_UPDATE: "A user was changed",
    keys.USER_ROLES: "A user got or lost roles",
    keys.USER_SUSPEND: "A user was suspended",
    keys.USER_RESUME: "A suspension was lifted",
    keys.USER_DELETE: "A user was deleted",
    keys.USER_SIGN_OUT: "A user was signed out everywhere",
    keys.USER_PASSWORD_UPDATE: "A user got a new password",
    keys.USER_PASSWORD_DELETE: "The password of a user was removed",
    keys.USER_PASSWORD_VERIFY: "The password of a user was checked for a program",
    keys.USER_IDENTITY_LINK: "An account elsewhere was linked to a user",
    keys.USER_IDENTITY_UNLINK: "An account elsewhere was unlinked from a user",
    keys.APPLICATION_CREATE: "An application was made",
    keys.APPLICATION_UPDATE: "An application was changed",
    keys.APPLICATION_DELETE: "An application was deleted",
    keys.APPLICATION_ROLES: "A machine got or lost roles",
    keys.APPLICATION_SECRET_CREATE: "An application got another secret",
    keys.APPLICATION_SECRET_UPDATE: "A secret of an application was renamed",
    keys.APPLICATION_SECRET_DELETE: "A secret of an application was taken away",
    keys.RESOURCE_CREATE: "A resource was made",
    keys.RESOURCE_UPDATE: "A resource was changed",
    keys.RESOURCE_DELETE: "A resource was deleted",
    keys.SCOPE_CREATE: "A scope was made",
    keys.SCOPE_UPDATE: "A scope was changed",
    keys.SCOPE_DELETE: "A scope was deleted",
    keys.ROLE_CREATE: "A role was made",
    keys.ROLE_UPDATE: "A role was changed",
    keys.ROLE_DELETE: "A role was deleted",
    keys.ROLE_SCOPES: "A role gives more or fewer scopes",
    keys.CONNECTOR_CREATE: "A connection was made",
    keys.CONNECTOR_UPDATE: "A connection was changed",
    keys.CONNECTOR_DELETE: "A connection was deleted",
    keys.CONNECTOR_TEST: "A connection was tried",
    keys.SIGN_IN_EXPERIENCE_UPDATE: "The sign-in pages were changed",
    keys.CUSTOM_PHRASES_UPDATE: "Texts of the pages were changed",
    keys.CUSTOM_PHRASES_DELETE: "Own texts of the pages were dropped",
    keys.SIGNING_KEY_ROTATE: "The next signing key takes over",
    keys.SIGNING_KEY_DELETE: "A signing key was withdrawn",
    keys.OPERATOR_CREATE: "Somebody became an operator",
    keys.OPERATOR_INVITE: "An operator was invited",
    keys.OPERATOR_RECOVER: "An operator is let back in",
    keys.OPERATOR_REMOVE: "An operator was removed",
}


class KnownKey(Struct, frozen=True):
    """A key and what it tells, empty where nobody has said."""

    key: str
    meaning: str


def _written() -> list[str]:
    named = [value for name, value in vars(keys).items() if name.isupper()]
    return [key for one in named for key in (one.values() if isinstance(one, dict) else [one])]


KNOWN_KEYS = tuple(KnownKey(key, MEANINGS.get(key, "")) for key in dict.fromkeys([*MEANINGS, *_written()]))

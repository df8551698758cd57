"""Errors that an operator can put right, as sentences."""

# What the wire calls a field, and what the command line calls it.
OPTIONS = {
    "name": "--name",
    "redirectUris": "--redirect-uri",
    "postLogoutRedirectUris": "--post-logout-redirect-uri",
    "isThirdParty": "--third-party",
}


def explain(error: Exception) -> str | None:
    """What to tell the operator, or None for an error that is ours."""
    # Imported here: the path without an error should not pay for them.
    from narthex.kit.encryption import KeyFileInvalid, SealBroken
    from narthex.kit.errors import Refusal
    from narthex.settings import SettingsError

    if isinstance(error, SettingsError | KeyFileInvalid):
        return str(error)
    if isinstance(error, SealBroken):
        return (
            "The encryption key is not the one that this database was made with. Set NARTHEX_ENCRYPTION_KEY, or put "
            "back the .key file beside the database."
        )
    if isinstance(error, UnicodeError):
        return "What was typed or piped in is not UTF-8."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, Refusal):
        return _in_options(error.text)
    from narthex.app import SchemaOutdated
    from narthex.migrations import SchemaTooNew

    if isinstance(error, SchemaOutdated | SchemaTooNew):
        return str(error)
    return None


def _in_options(text: str) -> str:
    field, colon, rest = text.partition(": ")
    return f"{OPTIONS[field]}: {rest}" if colon and field in OPTIONS else text

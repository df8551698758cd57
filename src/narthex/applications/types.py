"""What each type of application may do. Wire: logto-api.md 1.4."""

from enum import StrEnum

from msgspec import Struct


class ApplicationType(StrEnum):
    """The types of the wire."""

    NATIVE = "Native"
    SPA = "SPA"
    TRADITIONAL = "Traditional"
    MACHINE_TO_MACHINE = "MachineToMachine"
    PROTECTED = "Protected"
    SAML = "SAML"


class TypeRules(Struct, frozen=True):
    """Whether the client keeps a secret, and which grants and redirects it may use (RFC 6749 2.1)."""

    is_confidential: bool
    grant_types: frozenset[str]
    is_native: bool = False

    @property
    def signs_people_in(self) -> bool:
        """Whether it may use the authorization endpoint."""
        return "authorization_code" in self.grant_types


SIGNS_IN = frozenset({"authorization_code", "refresh_token"})
CONFIDENTIAL_WEB = TypeRules(is_confidential=True, grant_types=SIGNS_IN)

RULES = {
    ApplicationType.NATIVE: TypeRules(is_confidential=False, grant_types=SIGNS_IN, is_native=True),
    ApplicationType.SPA: TypeRules(is_confidential=False, grant_types=SIGNS_IN),
    ApplicationType.TRADITIONAL: CONFIDENTIAL_WEB,
    ApplicationType.PROTECTED: CONFIDENTIAL_WEB,
    ApplicationType.SAML: CONFIDENTIAL_WEB,
    ApplicationType.MACHINE_TO_MACHINE: TypeRules(is_confidential=True, grant_types=frozenset({"client_credentials"})),
}

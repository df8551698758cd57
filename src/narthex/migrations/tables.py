"""The tables of every slice, on one metadata."""

from narthex.applications import tables as applications
from narthex.audit_log import tables as audit_log
from narthex.connections import tables as connections
from narthex.consents import tables as consents
from narthex.credentials import tables as credentials
from narthex.identities import tables as identities
from narthex.insights import tables as insights
from narthex.interactions import tables as interactions
from narthex.kit.database import metadata
from narthex.operators import tables as operators
from narthex.resources import tables as resources
from narthex.roles import tables as roles
from narthex.sessions import tables as sessions
from narthex.sign_in_settings import tables as sign_in_settings
from narthex.signing_keys import tables as signing_keys
from narthex.tenants import tables as tenants
from narthex.tokens import tables as tokens
from narthex.users import tables as users

SLICES = (
    applications,
    audit_log,
    connections,
    consents,
    credentials,
    identities,
    insights,
    interactions,
    operators,
    resources,
    roles,
    sessions,
    sign_in_settings,
    signing_keys,
    tenants,
    tokens,
    users,
)

__all__ = ["SLICES", "metadata"]

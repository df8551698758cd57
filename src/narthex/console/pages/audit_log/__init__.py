"""Audit log: what happened, in order, with its cause. Used by the navigation."""

from narthex.console.pages.audit_log import entry, listing
from narthex.console.route import Route

ROUTES = (Route("GET", "audit-log", listing.show), Route("GET", "audit-log/{id}", entry.show))

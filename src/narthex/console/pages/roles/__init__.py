"""Roles: named sets of scopes, and which users or machines have them. Used by the navigation."""

from narthex.console.pages.roles import details, listing, members, scopes
from narthex.console.route import Route

ROUTES = (
    Route("GET", "roles", listing.show),
    Route("GET", "roles/new", listing.ask),
    Route("POST", "roles/new", listing.create),
    Route("GET", "roles/{id}", scopes.show),
    Route("POST", "roles/{id}/scopes", scopes.add),
    Route("POST", "roles/{id}/scopes/{scope}/remove", scopes.remove),
    Route("GET", "roles/{id}/members", members.show),
    Route("POST", "roles/{id}/members", members.assign),
    Route("POST", "roles/{id}/members/{member}/remove", members.take),
    Route("GET", "roles/{id}/settings", details.show),
    Route("POST", "roles/{id}/settings", details.save),
    Route("GET", "roles/{id}/delete", details.ask_deletion),
    Route("POST", "roles/{id}/delete", details.delete),
)

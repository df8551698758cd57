"""API resources: audiences of access tokens, and their scopes."""

from narthex.console.pages.api_resources import details, listing, scopes
from narthex.console.route import Route

ROUTES = (
    Route("GET", "api-resources", listing.show),
    Route("GET", "api-resources/new", listing.ask),
    Route("POST", "api-resources/new", listing.create),
    Route("GET", "api-resources/{id}", scopes.show),
    Route("POST", "api-resources/{id}/scopes", scopes.create),
    Route("GET", "api-resources/{id}/scopes/{scope}", scopes.edit),
    Route("POST", "api-resources/{id}/scopes/{scope}", scopes.save),
    Route("POST", "api-resources/{id}/scopes/{scope}/delete", scopes.delete),
    Route("GET", "api-resources/{id}/settings", details.show),
    Route("POST", "api-resources/{id}/settings", details.save),
    Route("GET", "api-resources/{id}/delete", details.ask_deletion),
    Route("POST", "api-resources/{id}/delete", details.delete),
)

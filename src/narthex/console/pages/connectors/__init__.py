"""Connectors: other identity providers that people sign in with."""

from narthex.console.pages.connectors import details, listing, making, trial
from narthex.console.route import Route

ROUTES = (
    Route("GET", "connectors", listing.show),
    Route("GET", "connectors/add", listing.choose),
    Route("GET", "connectors/new", making.ask),
    Route("POST", "connectors/new", making.create),
    Route("GET", "connectors/{id}", details.show),
    Route("POST", "connectors/{id}", details.save),
    Route("GET", "connectors/{id}/delete", details.ask_deletion),
    Route("POST", "connectors/{id}/delete", details.delete),
    Route("POST", "connectors/{id}/test", trial.begin),
    Route("GET", "connectors/{id}/test/{trial}", trial.show),
)

"""Configured connectors: which identity providers a tenant works with, each under a target that its users' identities
are keyed by. Owns the tables `connections` (the configuration lies sealed) and `connection_trials` (round trips that an
operator started to try one). Used by sign_in_settings, identities, sign_in, the console and the Management API."""

"""Proving who a person is, one module a way; each returns a typed result and knows nothing of pages. Owns no table yet.
Used by sign_in and, later, by the account pages and the Experience API."""

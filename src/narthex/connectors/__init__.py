"""The code of connectors: how to speak to one kind of identity provider, and what an operator fills in for it.

It knows no tenant, user or table: a *connection* (slice `connections`) is a configured connector in the database.
`contract` is what every connector satisfies, ours and third parties'; `registry` finds them.
"""

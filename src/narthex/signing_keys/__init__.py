"""The keys that sign a tenant's tokens. Owns the table `signing_keys`: private keys encrypted at rest, a next key
always published before it may sign, old ones published until no token of theirs can live.
Used by oidc and the command line."""

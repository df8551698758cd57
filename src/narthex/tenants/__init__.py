"""A tenant is a world of its own: users, applications, keys, cookies, one issuer. Owns the table `tenants`, whose
`config_version` every change of configuration bumps, the directory that finds the tenant of a request by its host or
path, and the `Request` that has been placed in one. Used by everything above."""

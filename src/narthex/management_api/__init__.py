"""The Management API, on the wire of logto-api.md section 2: everything that scripts and SDKs do to a tenant. Owns no
table and no rule: `authentication` turns a bearer token into an Actor, `routing` finds the operation, `bodies` and
`queries` parse, a handler in `groups` calls the services, `errors` renders refusals. `openapi` describes all of it."""

"""An operator is a user of the tenant `admin` who may use the Admin Console. Owns the tables `operators`,
`operator_tokens` (set-up, invitation and recovery links) and `console_sessions`, all of that tenant. An operator is
read joined with user and sign-in session at every request, so that removal, suspension and sign-out act at once. Used
by the hosted page of the links, the console and the command line."""

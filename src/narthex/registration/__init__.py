"""Makes a person: the user, the credential, and what a new person gets by default, in one transaction. Owns no table.
Used by sign_in (sign-up), the command line, the console and the Management API."""

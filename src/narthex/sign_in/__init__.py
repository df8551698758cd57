"""The hosted pages of a sign-in: sign in, sign up, consent. A page parses what was typed, calls the slice that knows
the rule, writes the result to the interaction, and goes back to `/oidc/auth/<interaction>`, where `next_step` decides.
Owns no table; knows the protocol only by the interaction and that URL."""

"""How a tenant's hosted pages look and what they allow: branding, languages, phrases, sign-in and sign-up, password
policy. Owns the tables `sign_in_settings` and `custom_phrases` and the hosted page shell (layout, texts, headers) that
every page for people is rendered in. Used by sign_in, oidc, the demo app, the edge and the console."""

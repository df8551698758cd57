"""What happened: every step of a sign-in and every token writes one event, in the transaction of the thing itself. Owns
the table `audit_log`, which also is the outbox that later readers (webhooks, figures) work from, so an event never
holds a secret. Keys and payload shapes: wire, logto-api.md 5.7. Used by every slice above and by all surfaces."""

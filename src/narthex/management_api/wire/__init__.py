"""What goes over the wire, one module a kind of thing: camelCase, as logto-api.md 2.4 has it. Bodies of requests forbid
members that they do not know; what answers have beside them is read-only."""

"""The Admin Console: pages for operators, on every tenant they may see. Owns no table.

It is an ordinary OpenID Connect client of the `admin` tenant and redeems its code through the server's own ASGI
application. A page is one module in `pages/`, one folder in `templates/` and one line in `navigation.py`: it parses,
calls the slice that knows the rule, and renders; docs/how-to/add-a-console-page.md walks through one.
"""

"""The steps of a sign-in, one module each: how it is shown, and what an answer to it does."""

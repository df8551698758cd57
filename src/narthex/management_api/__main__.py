"""`python -m narthex.management_api FILE`: write the OpenAPI document, as `make docs` does."""

import sys
from pathlib import Path

import msgspec

from narthex.management_api.operations import document

if __name__ == "__main__":
    text = msgspec.json.format(msgspec.json.encode(document()), indent=1)
    Path(sys.argv[1]).write_bytes(text + b"\n")

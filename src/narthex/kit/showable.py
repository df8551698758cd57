"""Whether a text can be shown to people who decide by it: what is invisible, turns the writing around or paints over
what stands beside it cannot."""

import re
import unicodedata

# Controls, formats (bidi overrides among them), surrogates, private use, unassigned.
UNSHOWABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# More marks on one letter than any script needs paint over what stands beside the text.
PILED_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4}")


def is_showable(text: str) -> bool:
    """Whether every character can be seen and stays in its place."""
    return not any(unicodedata.category(one) in UNSHOWABLE for one in text) and not PILED_MARKS.search(text)

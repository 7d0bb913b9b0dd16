"""A whole HTML document in one file, which loads nothing and runs no script but its own."""

import base64
import hashlib

from hyllm.html._text import plain


def document(title: str, body: str, *, style: str, script: str = "") -> str:
    """The document.

    Its policy lets nothing be loaded and nothing be sent. Style and script run because their hashes stand in
    it; a script that text might smuggle in has another hash. Attributes `style` and `onclick` do nothing.

    Args:
        title: as text.
        body: as HTML; whoever makes it has escaped what is foreign in it.
        style: the style sheet, hyllm's own.
        script: the script, hyllm's own.
    """
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}" if script else "script-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    scripted = f"<script>{script}</script>\n" if script else ""
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{plain(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n{scripted}</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

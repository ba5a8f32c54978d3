"""The code on a certificate that anyone can check: unguessable, short, and told from a slip.

Eleven random characters (55 bits) and one that follows from them (Luhn's rule with 32 signs), so
that one wrong character, or two neighbours that changed places, is known as mistyped and not taken
for a forgery. No sign looks like another: there is no 0, 1, I or O.
"""

import secrets

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 12
GROUP = 4


def new_code() -> str:
    """A fresh code, drawn at random."""
    body = "".join(secrets.choice(SIGNS) for _n in range(LENGTH - 1))
    return body + _last(body)


def read_code(typed: str) -> str | None:
    """The code as it is kept, from what a person typed: any case, with spaces, dots or dashes.

    None for what cannot be a code: a wrong length, a strange sign, a slip of typing.
    """
    code = "".join(c for c in typed.upper() if c not in " -–.\u00a0")
    if len(code) != LENGTH or any(c not in SIGNS for c in code):
        return None
    return code if _last(code[:-1]) == code[-1] else None


def show_code(code: str) -> str:
    """As printed, in groups: "ABCD-EFGH-JKLM"."""
    return "-".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def _last(body: str) -> str:
    """Luhn's check sign for these signs."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = SIGNS.index(sign)
        if place % 2 == 0:
            value *= 2
            value = value // len(SIGNS) + value % len(SIGNS)
        total += value
    return SIGNS[-total % len(SIGNS)]

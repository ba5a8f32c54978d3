"""Texts as papers can hold them."""

import unicodedata


def printable(value):
    """The same data without control characters, which neither Word nor Excel files may hold."""
    if isinstance(value, str):
        return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) != "Cc")
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value

"""What search engines read of a page (schema.org): JSON that may stand in a script element."""

import json

from django.utils.safestring import SafeString, mark_safe

# Inside <script> a text must not be able to end it (as Django's `json_script` does).
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def as_linked_data(data: dict) -> SafeString:
    """The data as JSON that cannot end the script element around it."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))

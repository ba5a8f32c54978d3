"""Reading a page as a person would: a box's content, a list's choices, the words on it."""

from html.parser import HTMLParser

VOID = {"input", "br", "hr", "img", "link", "meta", "use"}


class _Node(HTMLParser):
    """Texts and attributes by element id."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[dict] = []
        self.all: list[dict] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        node = {"tag": tag, "attrs": dict(attrs), "text": ""}
        self.all.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        while tag not in VOID and self.open and self.open.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        for node in self.open:
            node["text"] += data


def _nodes(answer) -> list[dict]:
    return _Node(answer.content.decode()).all


def _by_id(answer, element_id: str) -> dict:
    return next(node for node in _nodes(answer) if node["attrs"].get("id") == element_id)


def text_of(answer, element_id: str = "") -> str:
    """The words of an element, or of the whole page."""
    if element_id:
        return _by_id(answer, element_id)["text"].strip()
    return next(node for node in _nodes(answer) if node["tag"] == "html")["text"]


def typed_in(answer, element_id: str) -> str | None:
    """What a box holds; None for an element that is no box."""
    node = _by_id(answer, element_id)
    return node["attrs"].get("value", "") if node["tag"] == "input" else None


def options_of(answer, element_id: str) -> list[tuple[str, bool]]:
    """The choices of a select box, each with whether it is chosen."""
    nodes = _nodes(answer)
    start = nodes.index(_by_id(answer, element_id)) + 1
    found = []
    for node in nodes[start:]:
        if node["tag"] != "option":
            break
        found.append((node["text"].strip(), "selected" in node["attrs"]))
    return found

"""What a person reads on a page: its visible words, without what is marked as another language or as a code."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-l", "data-d", "data-copied"}


class Reader(HTMLParser):
    """Collects texts and spoken attributes; skips scripts, codes, numbers of requests, and elements in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = "lang" in given and tag != "html"
        skip = tag in ("script", "style") or foreign or "code" in (given.get("class") or "").split()
        if not self.skipped and not skip:
            self.words += [value for name, value in attrs if name in SPOKEN and value]
        if tag not in VOID:
            self.open.append((tag, skip))
            self.skipped += skip

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, skip = self.open.pop()
            self.skipped -= skip
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self.skipped and data.strip():
            self.words.append(data.strip())


def words_of(html: str) -> str:
    """Everything a reader sees or hears, one piece a line."""
    reader = Reader()
    reader.feed(html)
    return "\n".join(reader.words)

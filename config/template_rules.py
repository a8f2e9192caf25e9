"""What a template may not do: style or script inside, words outside translation, lost includes, a blank between two sentences."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

# The papers follow the official form word for word and have their own style; they are read by WeasyPrint, not by a browser.
PAPERS = "slips"
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
CLASS_NAME = re.compile(r"{%\s*block type_size\s*%}.*?{%\s*endblock\s*%}")
BLOCK_TRANSLATION = re.compile(r"{%\s*blocktranslate\b.*?endblocktranslate\s*%}", re.DOTALL)
REFERENCE = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")
# Two sentences with a blank of the template between them: right in English, wrong in Chinese. What stands between is {% gap %}.
SENTENCE = (
    r"""(?:{%\s*translate\s+(?:"[^"]*[.!?]"|'[^']*[.!?]')(?![^%]*\bas\b)[^%]*%}"""
    r"""|{%\s*blocktranslate(?:(?!endblocktranslate).)*?[.!?]\s*{%\s*endblocktranslate\s*%})"""
)
LOGIC = r"(?:{%\s*(?:if|elif|else|endif|with|endwith|for|endfor|empty)\b[^%]*%})"
INLINE = r"</?(?:b|span|strong|a|small)\b(?![^>]*lang=)[^>]*>"
JOINED = re.compile(rf"{SENTENCE}(?:{LOGIC}|{INLINE})*[ \n](?:{LOGIC}|{INLINE})*(?={{%\s*(?:translate|blocktranslate))", re.DOTALL)
LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-l", "data-d", "data-copied"}
SILENT = {"script", "style", "kbd"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def faults_in(folder: Path) -> list[str]:
    """One sentence for each fault of each template below the folder."""
    return [f"{path.relative_to(folder)}{fault}" for path in sorted(folder.rglob("*.html")) for fault in faults_of(path, folder)]


def faults_of(path: Path, folder: Path) -> Iterator[str]:
    """The faults of one template, each beginning with `:line:`."""
    text = path.read_text(encoding="utf-8")
    for match in REFERENCE.finditer(text):
        if not (folder / match.group(1)).is_file():
            yield f":{text.count(chr(10), 0, match.start()) + 1}: {match.group(1)} does not exist"
    for match in JOINED.finditer(text):
        yield f":{text.count(chr(10), 0, match.end()) + 1}: a blank stands between two sentences; write {{% gap %}}"
    if PAPERS not in path.relative_to(folder).parts:
        reader = PageReader()
        reader.feed(bare(text))
        yield from reader.faults


def bare(text: str) -> str:
    """The HTML alone, on the same lines."""
    for pattern in (COMMENT, CLASS_NAME, BLOCK_TRANSLATION, TAG):
        text = pattern.sub(lambda match: "\n" * match.group().count("\n"), text)
    return text


class PageReader(HTMLParser):
    """Walks the elements of one template and collects what may not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.silent = 0
        self.open: list[tuple[str, bool]] = []

    def say(self, sentence: str) -> None:
        self.faults.append(f":{self.getpos()[0]}: {sentence}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.say(f"<{tag}> stands inside the page")
        for name, value in attrs:
            self.check_attribute(name, value or "", "lang" in given)
        if tag not in VOID:
            silent = tag in SILENT or ("lang" in given and tag != "html")
            self.open.append((tag, silent))
            self.silent += silent

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, silent = self.open.pop()
            self.silent -= silent
            if name == tag:
                return

    def check_attribute(self, name: str, value: str, foreign: bool) -> None:
        if name == "style" or name.startswith("on") or value.strip().startswith("javascript:"):
            self.say(f"attribute {name} is style or script inside the page")
        if name in SPOKEN and LETTER.search(value) and not foreign:
            self.say(f"{name}={value!r} is not translated")

    def handle_data(self, data: str) -> None:
        if not self.silent and LETTER.search(data):
            self.say(f"{' '.join(data.split())[:60]!r} is not translated")

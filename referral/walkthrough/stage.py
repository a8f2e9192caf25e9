"""What every act of the story needs: the wire, the post box, the people, and how messages and papers are checked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from referral.walkthrough.cast import Cast
from referral.walkthrough.line import LATER, Answer, Broken, Line
from referral.walkthrough.people import Account, Person, Post, log_in
from referral.walkthrough.texts import MEDICAL

BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass
class Stage:
    """One telling of the story."""

    line: Line
    post: Post
    cast: Cast

    def enter(self, account: Account) -> Person:
        """Somebody logs in."""
        self.line.title(f"{account.name} ({account.role}, {account.institution}) logs in")
        return log_in(self.line, self.post, account)

    def sms(self, about: str, template: str, part: str = "") -> None:
        """The message of this kind about an object has left, says what it must, and nothing medical."""
        text = self.line.wait_for(f"the SMS {template}", lambda: self.post.about(about, template))
        self.line.say(f"     SMS: {text}")
        silent = not any(word in text for word in MEDICAL)
        self.line.held(f"the SMS {template} is there, without a diagnosis", part in text and silent)

    def pdf(self, person: Person, path: str) -> None:
        """A slip as PDF; the worker may take a moment."""

        def printed() -> Answer | None:
            try:
                return person.ask("GET", path)
            except Broken:
                if self.line.last == LATER:
                    return None
                raise

        answer = self.line.wait_for("the slip", printed)
        copy = answer.headers.get("X-Slip-Copy", "?")
        self.line.held(f"a PDF of {len(answer.content)} bytes, copy {copy}", answer.content.startswith(b"%PDF-"))


def today() -> date:
    """The day in Beijing."""
    return datetime.now(BEIJING).date()


def tag(version: int) -> str:
    """A version as If-Match says it."""
    return f'W/"{version}"'

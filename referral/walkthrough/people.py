"""Who plays: the accounts of the demonstration, and their way in through a code by SMS."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referral.walkthrough.line import Answer, Broken, Line

CODE = re.compile(r"\b[0-9]{6}\b")


@dataclass(frozen=True, slots=True)
class Account:
    """One row of accounts.json."""

    role: str
    name: str
    phone: str
    institution: str


@dataclass
class Person:
    """Somebody who is logged in; every request carries her token."""

    line: Line
    account: Account
    token: str

    def ask(self, method: str, path: str, *, expect: int = 200, **more: Any) -> Answer:
        return self.line.ask(method, path, expect=expect, token=self.token, **more)


class Post:
    """The messages people got, as the development gateway wrote them."""

    def __init__(self, state: Path) -> None:
        self.file = state / "demo" / "sms.jsonl"

    def messages(self) -> list[dict[str, Any]]:
        """Every whole line so far, oldest first."""
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def about(self, public_id: str, template: str) -> str:
        """The text of the message of this kind about one object, or ''."""
        texts = [m["text"] for m in self.messages() if str(m["about"]) == public_id and m["template"] == template]
        return str(texts[-1]) if texts else ""

    def codes(self, phone: str) -> list[str]:
        """The login codes sent to a number, oldest first."""
        texts = [m["text"] for m in self.messages() if m["phone"] == phone and m["template"] == "login_code"]
        return [found[0] for text in texts if (found := CODE.search(text))]


def accounts_in(state: Path) -> list[Account]:
    """Who can log in, in the order of the file: the first of each role leads."""
    file = state / "demo" / "accounts.json"
    if not file.exists():
        raise Broken(f"{file} is not there: start the demonstration first (make demo)")
    return [Account(**{name: row[name] for name in Account.__slots__}) for row in json.loads(file.read_text(encoding="utf-8"))]


def log_in(line: Line, post: Post, account: Account) -> Person:
    """Promise a person with a token: a challenge, the code out of her SMS, the code given back."""
    known = len(post.codes(account.phone))
    asked = line.ask("POST", "/auth/challenge", expect=202, body={"phone": account.phone}).json
    codes = line.wait_for(f"the code for {account.name}", lambda: post.codes(account.phone)[known:])
    given = {"challenge": asked["challenge"], "code": codes[-1]}
    opened = line.ask("POST", "/auth/verify", expect=200, body=given).json
    person = Person(line, account, opened["token"])
    me = person.ask("GET", "/me").json
    line.held(f"{account.name} is logged in as {account.role}", (me["name"], me["role"]) == (account.name, account.role))
    return person

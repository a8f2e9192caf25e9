"""Walks a page by keyboard alone; each stop of the way must be seen, must be new, and must not hold the reader."""

from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

MOST_STOPS: Final = 60
PARTS_OF_A_DATE: Final = 4  # year, month, day and the calendar's button are stops inside one field
# What stands at the focus: a mark to know it again, and whether the reader sees where she is (a ring, inside the window, not hidden).
STOP: Final = """goal => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  window.stops = window.stops || new Map();
  if (!window.stops.has(e)) window.stops.set(e, window.stops.size);
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {
    here: e === goal, mark: window.stops.get(e), html: e.outerHTML.slice(0, 120),
    ring: style.boxShadow !== 'none' || (style.outlineStyle !== 'none' && !/rgba\\(.*, 0\\)|transparent/.test(style.outlineColor)),
    seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""


class Keyboard:
    """Nothing but Tab, Shift+Tab, arrows, Enter, Space and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, goal: Locator, *, back: bool = False) -> None:
        """Tab until the goal has the focus; fails at a stop nobody sees, and when the way comes round without it."""
        expect(goal).to_be_visible()
        if self.is_at(goal):
            return
        wanted, passed = goal.element_handle(), list[Any]()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            stop = self.page.evaluate(STOP, wanted)
            if stop is None:
                continue  # the window's own frame, between the last stop and the first
            assert stop["ring"] and stop["seen"], f"nobody sees the focus: {stop['html']}"
            if stop["here"]:
                return
            assert stop["mark"] not in passed[:-PARTS_OF_A_DATE], f"held at {stop['html']}"
            passed.append(stop["mark"])
        raise AssertionError(f"{goal} was not among {len(passed)} stops")

    def is_at(self, goal: Locator) -> bool:
        """Whether the goal has the focus."""
        return bool(goal.evaluate("e => e === document.activeElement"))

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def fill(self, goal: Locator, words: str) -> None:
        """Go to a field and type; letters without a key of their own come as an input method brings them."""
        self.to(goal)
        self.page.keyboard.insert_text(words)

    def enter(self, goal: Locator) -> None:
        """Go to a link or button and press Enter."""
        self.to(goal)
        self.page.keyboard.press("Enter")

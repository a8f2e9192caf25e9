"""Makes the small font of the slips from the installed one; run once at set-up, quick when it is already there."""

from typing import Any

from django.core.management.base import BaseCommand

from referral.slips.fonts import FACES, build_faces, font_folder, installed_font


class Command(BaseCommand):
    help = "Make the small slip font from the installed Noto Sans CJK."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [name for name in FACES.values() if installed_font(name) is None]
        if missing:
            self.stdout.write(f"{', '.join(missing)} not found: slips print with whatever font is installed.")
            self.stdout.write("On Debian and Ubuntu: apt-get install -y fonts-noto-cjk")
        for made in build_faces(font_folder()):
            self.stdout.write(f"{made.name}: {made.stat().st_size // 1024} KiB")

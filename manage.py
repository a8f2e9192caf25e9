#!/usr/bin/env python3
"""Runs the product's commands, beside a demonstration with its settings; schema work uses the owner role, all else the application role."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "dbshell", "flush", "backup", "restore", "fence"}


def main() -> None:
    """Choose the database role by the command, then hand over to Django."""
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "SECRET_KEY" not in os.environ:
        from deploy.beside import demonstration

        for name, value in demonstration().items():
            os.environ.setdefault(name, value)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

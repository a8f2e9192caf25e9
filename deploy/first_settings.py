"""Writes the first settings of an installation, every key made anew: python3 -m deploy.first_settings --host … --into /etc/referral."""

import argparse
import base64
import os
import secrets
import sys
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
HERE = ("127.0.0.1", "localhost")
ROLES = {"owner": "DATABASE_OWNER_URL", "app": "DATABASE_URL", "sealer": "DATABASE_SEALER_URL"}
SETTINGS = """\
# Settings of this installation (docs/settings.md). Whoever reads this file reads everything: keep it, and a copy of it elsewhere.
PUBLIC_URL=https://{host}
ALLOWED_HOSTS={host}
STATE_DIR=/var/lib/referral
TLS_CERTIFICATE=/etc/referral/tls/cert.pem
TLS_KEY=/etc/referral/tls/key.pem

SECRET_KEY={secret}
VAULT_KEYS=k1:{vault}
VAULT_HASH_KEYS=h1:{hash}
AUDIT_KEY={audit}

{databases}
# pg_dump and pg_restore of the server's own version; empty only where the server is the image of deploy/compose.yaml.
POSTGRES_PROGRAMS={programs}

# The provider of messages: its account, our approved signature, and the code of each text (manage.py sms_templates lists them).
SMS_GATEWAY=aliyun
SMS_SIGN_NAME=
ALIYUN_ACCESS_KEY_ID=
ALIYUN_ACCESS_KEY_SECRET=
ALIYUN_RECEIPT_SECRET={receipts}
SMS_TEMPLATE_CODES=
"""


def write(host: str, into: Path, database: str) -> list[Path]:
    """Both files, new, for root alone; nothing is overwritten, as keys that are lost take the data with them."""
    passwords = {role: secrets.token_hex(16) for role in ROLES}
    addresses = [f"{name}=postgresql://referral_{role}:{passwords[role]}@{database}/referral" for role, name in ROLES.items()]
    settings = SETTINGS.format(
        host=host,
        secret=secrets.token_urlsafe(50),
        vault=_key(),
        hash=_key(),
        audit=_key(),
        databases="\n".join(addresses),
        programs=_programs() if database.partition(":")[0] in HERE else "",
        receipts=secrets.token_urlsafe(24),
    )
    words = "".join(f"{role.upper()}_PASSWORD={password}\n" for role, password in passwords.items())
    made = {into / "serve.env": settings, into / "database.env": f"{words}POSTGRES_PASSWORD={secrets.token_hex(16)}\n"}
    for path in made:
        if path.exists():
            sys.exit(f"{path} exists already; nothing was written.")
    for path, text in made.items():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    return list(made)


def _programs() -> str:
    """Of the newest server of this machine; what is installed here says nothing about a server elsewhere."""
    return next((str(found) for found in sorted(PROGRAMS.glob("*/bin"), reverse=True)), "")


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def main() -> None:
    """Called once, by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True, help="the host people type, as referral.example.gov.cn")
    parser.add_argument("--into", type=Path, required=True, help="a folder that exists")
    parser.add_argument("--database", default="127.0.0.1", help="where PostgreSQL answers: a host, or host:port")
    wanted = parser.parse_args()
    for path in write(wanted.host, wanted.into, wanted.database):
        print(path)


if __name__ == "__main__":
    main()

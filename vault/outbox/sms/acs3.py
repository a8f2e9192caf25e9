"""Signs requests the way Alibaba Cloud's version 3 signature wants them (ACS3-HMAC-SHA256)."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def authorization(method: str, query: str, headers: Mapping[str, str], key_id: str, secret: str) -> str:
    """Promise the Authorization header of a request to "/" without a body.

    `headers` are all signed: host and every x-acs-*, names in lower case, x-acs-content-sha256 among them.
    """
    names = sorted(headers)
    signed = ";".join(names)
    canonical_headers = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join([method, "/", query, canonical_headers, signed, headers["x-acs-content-sha256"]])
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def canonical_query(params: Mapping[str, str]) -> str:
    """Parameters sorted by name and percent-encoded as RFC 3986 says, to be sent exactly as they are signed."""
    return "&".join(f"{quote(name, safe='')}={quote(params[name], safe='')}" for name in sorted(params))

"""A local program that speaks the provider's protocol, checks every signature on its own, and behaves as told."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

KEY_ID, SECRET = "local-key-id", "local-secret"
NONCES_REMEMBERED: set[str] = set()


@dataclass
class Provider:
    """What it took, and how it answers: `answers` are used up one by one, then everything is OK."""

    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    refused_signatures: int = 0
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    can_query: bool = True
    delivered: bool = False
    hold_before_taking: threading.Event | None = None
    hold_before_answering: threading.Event | None = None
    arrived: threading.Event = field(default_factory=threading.Event)

    def send(self, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.hold_before_taking is not None:
            self.arrived.set()
            self.hold_before_taking.wait(30)
            raise ConnectionAbortedError
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(params | {"BizId": f"biz-{len(self.taken) + 1}"})
        if self.hold_before_answering is not None:
            self.arrived.set()
            self.hold_before_answering.wait(30)
            raise ConnectionAbortedError
        return 200, {"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": self.taken[-1]["BizId"]}

    def query(self, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if not self.can_query:
            return 400, {"Code": "isp.SYSTEM_ERROR", "Message": "x", "RequestId": "r"}
        details = [
            {"OutId": each["OutId"], "PhoneNum": each["PhoneNumbers"], "SendStatus": 3 if self.delivered else 1, "ErrCode": "DELIVERED"}
            for each in self.taken
            if each["PhoneNumbers"] == params["PhoneNumber"] and params.get("BizId", each["BizId"]) == each["BizId"]
        ]
        return 200, {"Code": "OK", "TotalCount": len(details), "SmsSendDetailDTOs": {"SmsSendDetailDTO": details}}


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve on a free port of this machine until the block ends."""
    scripted = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(scripted))
    server.daemon_threads = True
    scripted.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()


def _handler(scripted: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("content-length") or 0)
            fault = signature_fault(path, query, dict(self.headers.items()), self.rfile.read(length))
            params = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True))
            if fault:
                scripted.refused_signatures += 1
                status, answer = 400, {"Code": fault, "Message": fault, "RequestId": "r"}
            else:
                action = {"SendSms": scripted.send, "QuerySendDetails": scripted.query}[self.headers["x-acs-action"]]
                try:
                    status, answer = action(params)
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    return Handler


def signature_fault(path: str, query: str, headers: dict[str, str], body: bytes) -> str:
    """The provider's own reading of its rules, written without a look at the client's code; '' when all is well."""
    lower = {name.lower(): value for name, value in headers.items()}
    scheme, _, rest = lower.get("authorization", "").partition(" ")
    parts = dict(piece.split("=", 1) for piece in rest.split(","))
    signed = parts.get("SignedHeaders", "").split(";")
    must = {"host"} | {name for name in lower if name.startswith("x-acs-")}
    if scheme != "ACS3-HMAC-SHA256" or parts.get("Credential") != KEY_ID or set(signed) != must or signed != sorted(signed):
        return "IncompleteSignature"
    if lower["x-acs-content-sha256"] != hashlib.sha256(body).hexdigest() or lower["x-acs-version"] != "2017-05-25":
        return "InvalidVersion"
    if lower["x-acs-signature-nonce"] in NONCES_REMEMBERED:
        return "SignatureNonceUsed"
    if query.split("&") != sorted(query.split("&")):
        return "SignatureDoesNotMatch"
    lines = ["POST", path, query]
    lines += [f"{name}:{lower[name]}" for name in signed]
    lines += ["", ";".join(signed), lower["x-acs-content-sha256"]]
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    if hmac.new(SECRET.encode(), to_sign.encode(), "sha256").hexdigest() != parts.get("Signature"):
        return "SignatureDoesNotMatch"
    NONCES_REMEMBERED.add(lower["x-acs-signature-nonce"])
    return ""

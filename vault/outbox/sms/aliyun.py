"""Sends through Alibaba Cloud's short message service (Dysmsapi 2017-05-25)."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from vault.outbox.sms import acs3
from vault.outbox.sms.protocol import Answer, Found, Outgoing, Trace, Verdict

VERSION = "2017-05-25"
TIMEOUT = httpx.Timeout(8.0, connect=3.0)

# Codes that speak about this message and will say the same for ever; any other code speaks about the gateway.
REFUSALS = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.INVALID_PARAMETERS",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.INVALID_JSON_PARAM",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.MOBILE_COUNT_OVER_LIMIT",
    }
)
NUMBER_LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
LIMIT_SECONDS = {"分钟": 60, "小时": 3600, "天": 6 * 3600}  # which window the provider's sentence names
TRACES = {1: Trace.PRESENT, 2: Trace.UNDELIVERED, 3: Trace.DELIVERED}  # SendStatus of QuerySendDetails


@dataclass(frozen=True, slots=True)
class AliyunGateway:
    """One signed POST a message; our public id goes along as OutId and comes back in receipts and queries."""

    endpoint: str
    key_id: str
    secret: str
    sign_name: str
    codes: Mapping[str, str]
    name: str = "aliyun"

    @classmethod
    def from_settings(cls) -> "AliyunGateway":
        return cls(
            settings.ALIYUN_ENDPOINT,
            settings.ALIYUN_ACCESS_KEY_ID,
            settings.ALIYUN_ACCESS_KEY_SECRET,
            settings.SMS_SIGN_NAME,
            settings.SMS_TEMPLATE_CODES,
        )

    def send(self, outgoing: Outgoing) -> Answer:
        code = self.codes.get(outgoing.template)
        if code is None:
            return Answer(Verdict.REFUSED, code="no_template_code")
        try:
            response = self._call(
                "SendSms",
                PhoneNumbers=outgoing.phone,
                SignName=self.sign_name,
                TemplateCode=code,
                TemplateParam=json.dumps(outgoing.params, ensure_ascii=False),
                OutId=outgoing.message,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Answer(Verdict.FAILED, code=type(error).__name__)
        except httpx.TransportError as error:
            return Answer(Verdict.UNKNOWN, code=type(error).__name__)
        return _judged(response)

    def query(self, message: str, phone: str, on: date, provider_id: str = "") -> Found:
        asked = {"PhoneNumber": phone, "SendDate": f"{on:%Y%m%d}", "PageSize": "50", "CurrentPage": "1"}
        try:
            response = self._call("QuerySendDetails", **asked, **({"BizId": provider_id} if provider_id else {}))
        except httpx.TransportError as error:
            return Found(Trace.UNSAID, code=type(error).__name__)
        body = _body(response)
        if body.get("Code") != "OK":
            return Found(Trace.UNSAID, code=str(body.get("Code", response.status_code)))
        for detail in body.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", []):
            if detail.get("OutId") == message:
                return Found(TRACES.get(detail.get("SendStatus"), Trace.PRESENT), code=str(detail.get("ErrCode", "")))
        return Found(Trace.ABSENT)

    def _call(self, action: str, **params: str) -> httpx.Response:
        query = acs3.canonical_query(params)
        headers = {
            "host": urlsplit(self.endpoint).netloc,
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": acs3.EMPTY_BODY,
        }
        headers["authorization"] = acs3.authorization("POST", query, headers, self.key_id, self.secret)
        return httpx.post(f"{self.endpoint}/?{query}", headers=headers, timeout=TIMEOUT, follow_redirects=False)


@dataclass(frozen=True, slots=True)
class Report:
    """One line of the provider's callback: what became of one message."""

    message: str
    provider_id: str
    is_delivered: bool
    code: str


def reports_in(payload: Iterable[Mapping[str, Any]]) -> list[Report]:
    """The reports of one SmsReport callback; lines without both of our numbers are passed over."""
    return [
        Report(str(line.get("out_id", "")), str(line.get("biz_id", "")), line.get("success") is True, str(line.get("err_code", "")))
        for line in payload
        if line.get("out_id") or line.get("biz_id")
    ]


def _judged(response: httpx.Response) -> Answer:
    body = _body(response)
    code, words = str(body.get("Code", "")), str(body.get("Message", ""))
    if code == "OK":
        return Answer(Verdict.ACCEPTED, provider_id=str(body.get("BizId", "")))
    if code == NUMBER_LIMIT:
        seconds = next((wait for word, wait in LIMIT_SECONDS.items() if word in words), 3600)
        return Answer(Verdict.LIMITED, code=code, retry_after=seconds)
    if code in REFUSALS:
        return Answer(Verdict.REFUSED, code=code)
    # A server error or an unreadable answer may hide a message that left; a readable no does not.
    if response.status_code >= 500 or not code:
        return Answer(Verdict.UNKNOWN, code=code or f"http_{response.status_code}")
    return Answer(Verdict.FAILED, code=code)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

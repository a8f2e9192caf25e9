"""The development inbox reads what the file gateway wrote, newest first, and nothing else."""

import json

from config.inbox import newest


def line(text: str, phone: str = "13800000001") -> str:
    return json.dumps({"at": "2026-11-22T08:00:00+08:00", "phone": phone, "template": "otp_login", "text": text}, ensure_ascii=False)


def test_messages_come_newest_first(tmp_path):
    path = tmp_path / "sms.jsonl"
    path.write_text(f"{line('first')}\n{line('second')}\n", encoding="utf-8")

    assert [sms.text for sms in newest(path)] == ["second", "first"]


def test_a_line_that_is_still_being_written_is_left_out(tmp_path):
    path = tmp_path / "sms.jsonl"
    path.write_text(f"{line('first')}\n{line('second')[:20]}", encoding="utf-8")

    assert [sms.text for sms in newest(path)] == ["first"]


def test_no_file_is_an_empty_inbox(tmp_path):
    assert list(newest(tmp_path / "sms.jsonl")) == []


def test_the_code_to_copy_is_a_login_code_or_a_confirmation_code(tmp_path):
    path = tmp_path / "sms.jsonl"
    texts = ["登录验证码 042137，5 分钟内有效。", "11月26日 08:30，识别码 7K3M 9QXH，电话 13800000001。", "预约已取消，电话 01082000000。"]
    path.write_text("\n".join(map(line, reversed(texts))) + "\n", encoding="utf-8")

    assert [sms.code for sms in newest(path)] == ["042137", "7K3M 9QXH", ""]

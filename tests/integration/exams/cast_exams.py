"""An ultrasound of 北大医院 that a doctor may book: its coordinator, window, sonographer, and programs that ask the doors."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from clinics import mirror
from clinics.models import Department, Service
from clinics.timetables.exam_days import next_exam_day
from permissions.acting import Acting
from permissions.roles import Role
from tests.cast import bearer
from tests.cast_loop import Loop, loop, working
from tests.cast_referral import today

SONOGRAPHY, ABDOMEN, FASTING = "32.05", "腹部彩色多普勒超声", "空腹八小时，检查前一晚清淡饮食。"
MORNING = {"half_day": "am", "starts": "08:00", "ends": "12:00", "capacity": 16}


class Program:
    """A program of somebody's, sending and reading JSON."""

    def __init__(self, by: Acting) -> None:
        self.client, self.headers = Client(), bearer(by.user, by.post)

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.client.generic(method, f"/api/v1{path}", sent, "application/json", headers=named)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()


@dataclass
class Sonography:
    """超声医学科 of 北大医院 and everybody around it."""

    loop: Loop
    room: Department
    abdomen: Service
    coordinator: Acting
    sonographer: Acting

    @property
    def visit_day(self) -> date:
        """The first working day from the day after tomorrow on, so that its cut-off lies ahead at every hour."""
        return next_exam_day(today() + timedelta(days=2))

    def published(self, service: Service, day: date) -> None:
        """A morning of this weekday in the timetable, published for this day; by program."""
        desk = Program(self.coordinator)
        half = MORNING | {"service": str(service.public_id), "weekday": day.isoweekday(), "release": "limited"}
        desk.ask("POST", "/session-templates", half, 201)
        span = {"from": day.isoformat(), "to": day.isoformat(), "reason": "新增检查时段"}
        desk.ask("POST", "/timetables/publish", span, 201, Idempotency_Key=str(service.public_id))

    def exam(self, kind: str = "ultrasound", name: str = ABDOMEN, room: Department | None = None, **fields: Any) -> Service:
        room = room or self.room
        return Service.objects.create(institution=room.institution, department=room, kind=kind, name=name, **fields)


def sonography() -> Sonography:
    """周晓岚's right reaches 北大医院, whose ultrasound of the abdomen costs 160 yuan and wants an empty stomach."""
    held = loop()
    world = held.world
    room = world.department(code=SONOGRAPHY)
    Department.objects.filter(pk=room.pk).update(name="超声医学科")
    room.refresh_from_db()
    coordinator = working("郭协调", world.hospital, Role.COORDINATOR)
    sonographer = working("苏医生", world.hospital, Role.RECEIVING_DOCTOR, room)
    with transaction.atomic():
        mirror.mirror([coordinator.user.pk, sonographer.user.pk, world.zhou.user_id, world.shen.user_id])
    made = Sonography(held, room, Service(), coordinator, sonographer)
    made.abdomen = made.exam(code="CS02", fee="160.00", preparation=FASTING, indications="肝胆胰脾肾疾病")
    return made

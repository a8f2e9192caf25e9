"""The institution's quarterly word by program."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Post
from clinics.watch.attestation import MOST_ANSWERS, attest
from clinics.watch.due import quarter_for
from clinics.watch.queries import posts_to_attest
from permissions.doors import Api, Needs, StrictChoiceField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery, page_of
from permissions.right_states import RightStatus
from permissions.roles import Capability
from vault.refusal import invalid

ATTESTING = Needs(Capability.ATTEST_RIGHTS)


class AttestationEntry(serializers.Serializer[Any]):
    """One doctor; `word` is the institution's last one for the quarter, null when it said nothing."""

    right = serializers.UUIDField()
    user = serializers.CharField()
    institution = serializers.CharField()
    status = serializers.ChoiceField(choices=RightStatus.choices)
    quarter = serializers.CharField()
    last_day = serializers.DateField()
    word = serializers.BooleanField(allow_null=True)
    is_due = serializers.BooleanField()


class AttestationAnswer(StrictSerializer):
    """Whether one doctor still holds the post."""

    right = StrictUUIDField()
    word = StrictChoiceField(choices=[("holds", _("Yes")), ("gone", _("No longer"))])


class Attestations(Api):
    """The acting manager's doctors, those who wait for her word first; her word for many of them."""

    policies = {"GET": ATTESTING, "POST": ATTESTING}

    class Input(StrictSerializer):
        answers = AttestationAnswer(many=True, allow_empty=False, max_length=MOST_ANSWERS)  # type: ignore[call-arg]

    class Output(serializers.Serializer[Any]):
        attested = serializers.IntegerField()
        denied = serializers.IntegerField()
        unchanged = serializers.IntegerField()

    class List(serializers.Serializer[Any]):
        results = AttestationEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=List, operation_id="attestations_list")
    def get(self, request: Request) -> Response:
        page = self.asked(PageQuery)["page"]
        quarter, last_day = quarter_for(self.acting.post.institution, timezone.localdate())  # type: ignore[union-attr]

        def entry(post: Post) -> dict[str, Any]:
            right: Any = post.right
            return {
                "right": right.public_id, "user": post.user.name, "institution": post.institution.name, "status": right.status,
                "quarter": quarter.code, "last_day": last_day, "word": post.word, "is_due": post.is_due,  # type: ignore[attr-defined]
            }  # fmt: skip

        return page_of(request, posts_to_attest(self.acting, quarter), page, entry)

    @extend_schema(request=Input, responses=Output, operation_id="attestations_attest")
    def post(self, request: Request) -> Response:
        answers = self.read(self.Input)["answers"]
        words = {one["right"]: one["word"] == "holds" for one in answers}
        if len(words) != len(answers):
            raise invalid("answers", _("A doctor is named twice."))
        counted = attest(words, by=self.acting, now=timezone.now())
        return Response({"attested": counted.attested, "denied": counted.denied, "unchanged": counted.unchanged})

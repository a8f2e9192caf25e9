"""The documents of the regulation by program: what each says, whom choosing it concerns, choosing, the second person's word, and trials."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import PolicySimulation
from clinics.policy.sets import SETS, set_named
from clinics.policy.sets_compare import Line, compare
from clinics.policy.sets_judging import LONGEST_DECISION, NewChoice, judge_choice
from clinics.policy.sets_life import enter_choice
from clinics.policy.sets_queries import choice_seen_by, district_of, simulation_seen_by, simulations_of
from permissions.doors import (
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)  # fmt: skip
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from referral.api.policy_choices import ChoiceEntry, described
from referral.supervision.set_effects import Preview, preview_of, refused_by
from referral.supervision.simulate import DAYS, simulate
from referral.supervision.trying import Tally

SETTING = Needs(Capability.SET_POLICY)
MOST_VALUES = 100
LONGEST_KEY = 60


class SetLine(serializers.Serializer[Any]):
    """One value of a document beside what holds; `value` is null where the document names none."""

    parameter = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    rule = serializers.CharField()
    article = serializers.CharField()
    quote = serializers.CharField()
    holds = serializers.CharField()
    level = serializers.CharField()
    verdict = serializers.CharField()
    may_be_chosen = serializers.BooleanField()


class SetEntry(serializers.Serializer[Any]):
    """One document."""

    key = serializers.CharField()
    title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    standing = serializers.CharField()
    dated = serializers.DateField()


class TrialEntry(serializers.Serializer[PolicySimulation]):
    """One trial: how far it is, and the counts so far."""

    id = serializers.UUIDField(source="public_id")
    document = serializers.CharField()
    parameters = serializers.ListField(child=serializers.CharField())
    is_alone = serializers.BooleanField()
    days = serializers.IntegerField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)
    newly_refused = serializers.SerializerMethodField()
    no_longer_refused = serializers.SerializerMethodField()
    rules = serializers.SerializerMethodField()

    def get_newly_refused(self, run: PolicySimulation) -> int:
        return Tally.from_json(run.found).newly

    def get_no_longer_refused(self, run: PolicySimulation) -> int:
        return Tally.from_json(run.found).no_more

    def get_rules(self, run: PolicySimulation) -> list[dict[str, Any]]:
        return rules_body(Tally.from_json(run.found))


class NewChoiceInput(StrictSerializer):
    """Which values of the document, from when, on what decision; a draft is chosen only by somebody who says that she knows it (R140)."""

    parameters = serializers.ListField(child=StrictCharField(max_length=LONGEST_KEY, lines=False), min_length=1, max_length=MOST_VALUES)
    valid_from = StrictDateField()
    decision = StrictCharField(max_length=LONGEST_DECISION, lines=False)
    knows_draft = StrictBooleanField(required=False, default=False)


class PolicySets(Api):
    """The documents a district may choose."""

    policies = {"GET": SETTING}

    class Output(serializers.Serializer[Any]):
        results = SetEntry(many=True)

    @extend_schema(responses=Output, operation_id="policy_sets")
    def get(self, request: Request) -> Response:
        return Response({"results": [SetEntry(one).data | {"title": str(one.title), "source": str(one.source)} for one in SETS.values()]})


class PolicySetDetail(Api):
    """One document beside what holds on a day."""

    policies = {"GET": SETTING}

    class Query(StrictSerializer):
        day = StrictDateField(required=False, default=None)

    class Output(serializers.Serializer[Any]):
        results = SetLine(many=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="policy_set_get")
    def get(self, request: Request, key: str) -> Response:
        day = self.asked(self.Query)["day"] or timezone.localdate()
        return Response({"results": [line_body(line) for line in compare(set_named(key), district_of(self.acting), day)]})


class PolicySetPreview(Api):
    """Whom a choice would concern; nothing is written."""

    policies = {"POST": SETTING}

    @extend_schema(request=NewChoiceInput, responses={200: dict}, operation_id="policy_set_preview")
    def post(self, request: Request, key: str) -> Response:
        new, district = new_choice(self, key), district_of(self.acting)
        lines = judge_choice(new, district, today=timezone.localdate())
        assert new.valid_from is not None
        return Response(preview_body(preview_of(new.document, lines, district, new.valid_from)))


class PolicySetChoices(Api):
    """Chooses values of a document; another person of the district decides about it."""

    policies = {"POST": SETTING}

    @extend_schema(request=NewChoiceInput, responses={201: ChoiceEntry}, operation_id="policy_set_choose")
    def post(self, request: Request, key: str) -> Response:
        choice = enter_choice(new_choice(self, key), today=timezone.localdate(), by=self.acting)
        return described(choice_seen_by(self.acting, choice.public_id), status.HTTP_201_CREATED)


class PolicySetTrials(Api):
    """Tries a document out on bookings there are: those of the last days and those ahead; no booking is changed."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        parameters = serializers.ListField(
            child=StrictCharField(max_length=LONGEST_KEY, lines=False), required=False, default=list, max_length=MOST_VALUES
        )
        days = StrictIntegerField(required=False, default=DAYS[1], min_value=DAYS[0], max_value=DAYS[-1])
        valid_from = StrictDateField(required=False, default=None)
        mode = StrictChoiceField(choices=("together", "alone"), required=False, default="together")

    @extend_schema(request=Input, responses={201: TrialEntry}, operation_id="policy_set_try")
    def post(self, request: Request, key: str) -> Response:
        document, given = set_named(key), self.read(self.Input)
        run = simulate(
            document, frozenset(given["parameters"]), days=given["days"], from_day=given["valid_from"],
            is_alone=given["mode"] == "alone", today=timezone.localdate(), by=self.acting,
        )  # fmt: skip
        return Response(TrialEntry(run).data, status=status.HTTP_201_CREATED)


class PolicyTrials(Api):
    """Every trial of one's district, the latest first."""

    policies = {"GET": SETTING}

    class Output(serializers.Serializer[Any]):
        results = TrialEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="policy_trials")
    def get(self, request: Request) -> Response:
        return page_of(request, simulations_of(self.acting), self.asked(PageQuery)["page"], lambda run: TrialEntry(run).data)


class PolicyTrial(Api):
    """One trial."""

    policies = {"GET": SETTING}

    @extend_schema(responses=TrialEntry, operation_id="policy_trial")
    def get(self, request: Request, trial: UUID) -> Response:
        return Response(TrialEntry(simulation_seen_by(self.acting, trial)).data)


def new_choice(door: Api, key: str) -> NewChoice:
    """The body as a choice to judge."""
    document, given = set_named(key), door.read(NewChoiceInput)
    return NewChoice(document, frozenset(given["parameters"]), given["valid_from"], given["decision"], given["knows_draft"])


def line_body(line: Line) -> dict[str, Any]:
    """One line of a comparison as the interface writes it."""
    return {
        "parameter": line.parameter.key, "title": str(line.words.title), "value": line.said.value, "rule": line.said.rule,
        "article": str(line.said.article), "quote": line.said.quote, "holds": line.held, "level": line.now.level.name.lower(),
        "verdict": line.verdict.value, "may_be_chosen": line.may_be_chosen,
    }  # fmt: skip


def rules_body(counted: Tally) -> list[dict[str, Any]]:
    """The rules that refuse something."""
    return [{"rule": one.rule, "title": str(one.title), "refused_today": one.now, "refused_then": one.then} for one in refused_by(counted)]


def preview_body(preview: Preview) -> dict[str, Any]:
    """Whom a choice concerns, as plain JSON; residents are not named."""
    return {
        "values": [line_body(line) for line in preview.lines],
        "hospitals": [
            {
                "institution": str(one.institution.public_id), "open_bands": one.bands, "published_sessions": one.sessions,
                "values": [{"parameter": each.parameter.key, "before": each.before, "after": each.after} for each in one.changes],
            }
            for one in preview.effects.hospitals
        ],
        "hospitals_unchanged": preview.effects.unchanged,
        "own_values_that_stop": [
            {
                "parameter": line.parameter.key, "institution": str(own.institution.public_id),
                "department": str(own.department.public_id) if own.department else None, "before": own.before, "after": own.after,
            }
            for line, own in preview.stopping
        ],
        "bookings_ahead": preview.bookings.judged, "would_not_be_allowed": preview.bookings.newly,
        "more_bookings_ahead": preview.is_cut, "rules": rules_body(preview.bookings),
    }  # fmt: skip

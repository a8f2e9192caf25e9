"""The addresses of institutions, departments and rights below /api/v1/."""

from django.urls import path

from clinics.api.alliances import AllianceDetail, AllianceMember, AllianceMembers, Alliances
from clinics.api.attestation import Attestations
from clinics.api.booking_rules import BookingRules
from clinics.api.calendar import Calendar, CalendarDate, HospitalCalendarDate
from clinics.api.criteria import (
    CriteriaApprove,
    CriteriaCopy,
    CriteriaEnd,
    CriteriaHandIn,
    CriteriaOne,
    CriteriaSendBack,
    CriteriaSets,
    CriteriaUndo,
    CriteriaWithdraw,
)
from clinics.api.decisions import Bulk, BulkPreview, RightExtend
from clinics.api.departments import DepartmentDetail, Departments, InstitutionDepartments, SubjectMap, Subjects
from clinics.api.disputes import DisputeAnswer, DisputeDetail, Disputes, DisputeWithdraw, RightDisputes
from clinics.api.fact_labels import FactLabelEnd, FactLabels
from clinics.api.imports import ImportConfirm, ImportDiscard, ImportFaults, Imports, ImportTemplate, OneImport
from clinics.api.institutions import Contacts, InstitutionDetail, Institutions, Register
from clinics.api.nominations import NominateAgain, Nominations, NominationSendBack, NominationVerify, NominationWithdraw
from clinics.api.offers import ServiceBack, ServiceDetail, Services
from clinics.api.papers import OnePaper, Papers
from clinics.api.people import People, Person
from clinics.api.posts import PostDetail, Posts
from clinics.api.practitioners import PractitionerBack, PractitionerDetail, Practitioners
from clinics.api.public import PublicClinics
from clinics.api.rights import RightDetail, RightGrant, RightReinstate, RightRevoke, Rights, RightSuspend
from clinics.api.schedule_changes import ScheduleChanges
from clinics.api.session_templates import SessionTemplateDetail, SessionTemplateEnd, SessionTemplates
from clinics.api.suspension import InstitutionReinstate, InstitutionRevoke, InstitutionSuspend, InstitutionSuspension

urlpatterns = [
    path("institutions", Institutions.as_view(), name="api_institutions"),
    path("institutions/<uuid:institution>", InstitutionDetail.as_view(), name="api_institution"),
    path("institutions/<uuid:institution>/departments", InstitutionDepartments.as_view(), name="api_institution_departments"),
    path("institutions/<uuid:institution>/booking-rules", BookingRules.as_view(), name="api_booking_rules"),
    path("institutions/<uuid:institution>/subject-map", SubjectMap.as_view(), name="api_subject_map"),
    path("subjects", Subjects.as_view(), name="api_subjects"),
    path("fact-labels", FactLabels.as_view(), name="api_fact_labels"),
    path("fact-labels/<uuid:label>/end", FactLabelEnd.as_view(), name="api_fact_label_end"),
    path("register", Register.as_view(), name="api_register"),
    path("calendar", Calendar.as_view(), name="api_calendar"),
    path("calendar/<slug:day>", CalendarDate.as_view(), name="api_calendar_day"),
    path("institutions/<uuid:institution>/calendar/<slug:day>", HospitalCalendarDate.as_view(), name="api_hospital_calendar_day"),
    path("contacts", Contacts.as_view(), name="api_contacts"),
    path("alliances", Alliances.as_view(), name="api_alliances"),
    path("alliances/<uuid:alliance>", AllianceDetail.as_view(), name="api_alliance"),
    path("alliances/<uuid:alliance>/members", AllianceMembers.as_view(), name="api_alliance_members"),
    path("alliances/<uuid:alliance>/members/<uuid:institution>", AllianceMember.as_view(), name="api_alliance_member"),
    path("criteria-sets", CriteriaSets.as_view(), name="api_criteria_sets"),
    path("criteria-sets/<uuid:criteria>", CriteriaOne.as_view(), name="api_criteria_set"),
    path("criteria-sets/<uuid:criteria>/copy", CriteriaCopy.as_view(), name="api_criteria_copy"),
    path("criteria-sets/<uuid:criteria>/hand-in", CriteriaHandIn.as_view(), name="api_criteria_hand_in"),
    path("criteria-sets/<uuid:criteria>/approve", CriteriaApprove.as_view(), name="api_criteria_approve"),
    path("criteria-sets/<uuid:criteria>/send-back", CriteriaSendBack.as_view(), name="api_criteria_send_back"),
    path("criteria-sets/<uuid:criteria>/withdraw", CriteriaWithdraw.as_view(), name="api_criteria_withdraw"),
    path("criteria-sets/<uuid:criteria>/undo", CriteriaUndo.as_view(), name="api_criteria_undo"),
    path("criteria-sets/<uuid:criteria>/end", CriteriaEnd.as_view(), name="api_criteria_end"),
    path("people", People.as_view(), name="api_people"),
    path("people/<uuid:person>", Person.as_view(), name="api_person"),
    path("posts", Posts.as_view(), name="api_posts"),
    path("posts/<uuid:post>", PostDetail.as_view(), name="api_post"),
    path("departments", Departments.as_view(), name="api_departments"),
    path("departments/<uuid:department>", DepartmentDetail.as_view(), name="api_department"),
    path("practitioners", Practitioners.as_view(), name="api_practitioners"),
    path("practitioners/<uuid:practitioner>", PractitionerDetail.as_view(), name="api_practitioner"),
    path("practitioners/<uuid:practitioner>/back", PractitionerBack.as_view(), name="api_practitioner_back"),
    path("services", Services.as_view(), name="api_services"),
    path("services/<uuid:service>", ServiceDetail.as_view(), name="api_service"),
    path("services/<uuid:service>/back", ServiceBack.as_view(), name="api_service_back"),
    path("imports", Imports.as_view(), name="api_imports"),
    path("imports/templates/<slug:kind>", ImportTemplate.as_view(), name="api_import_template"),
    path("imports/<uuid:import_id>", OneImport.as_view(), name="api_import"),
    path("imports/<uuid:import_id>/confirm", ImportConfirm.as_view(), name="api_import_confirm"),
    path("imports/<uuid:import_id>/discard", ImportDiscard.as_view(), name="api_import_discard"),
    path("imports/<uuid:import_id>/faults.csv", ImportFaults.as_view(), name="api_import_faults"),
    path("rights", Rights.as_view(), name="api_rights"),
    path("rights/nominations", Nominations.as_view(), name="api_nominations"),
    path("rights/<uuid:right>/nominate-again", NominateAgain.as_view(), name="api_nominate_again"),
    path("rights/<uuid:right>/withdraw", NominationWithdraw.as_view(), name="api_nomination_withdraw"),
    path("rights/<uuid:right>/verify", NominationVerify.as_view(), name="api_right_verify"),
    path("rights/<uuid:right>/send-back", NominationSendBack.as_view(), name="api_right_send_back"),
    path("rights/<uuid:right>/papers", Papers.as_view(), name="api_papers"),
    path("rights/<uuid:right>/papers/<uuid:paper>", OnePaper.as_view(), name="api_paper"),
    path("institutions/<uuid:institution>/suspension", InstitutionSuspension.as_view(), name="api_institution_suspension"),
    path("institutions/<uuid:institution>/suspend", InstitutionSuspend.as_view(), name="api_institution_suspend"),
    path("institutions/<uuid:institution>/revoke", InstitutionRevoke.as_view(), name="api_institution_revoke"),
    path("institutions/<uuid:institution>/reinstate", InstitutionReinstate.as_view(), name="api_institution_reinstate"),
    path("session-templates", SessionTemplates.as_view(), name="api_session_templates"),
    path("session-templates/<uuid:template>", SessionTemplateDetail.as_view(), name="api_session_template"),
    path("session-templates/<uuid:template>/end", SessionTemplateEnd.as_view(), name="api_session_template_end"),
    path("schedule-changes", ScheduleChanges.as_view(), name="api_schedule_changes"),
    path("attestations", Attestations.as_view(), name="api_attestations"),
    path("disputes", Disputes.as_view(), name="api_disputes"),
    path("disputes/<uuid:dispute>", DisputeDetail.as_view(), name="api_dispute"),
    path("disputes/<uuid:dispute>/answer", DisputeAnswer.as_view(), name="api_dispute_answer"),
    path("disputes/<uuid:dispute>/withdraw", DisputeWithdraw.as_view(), name="api_dispute_withdraw"),
    path("rights/bulk", Bulk.as_view(), name="api_rights_bulk"),
    path("rights/bulk/preview", BulkPreview.as_view(), name="api_rights_bulk_preview"),
    path("rights/<uuid:right>/disputes", RightDisputes.as_view(), name="api_right_disputes"),
    path("rights/<uuid:right>/extend", RightExtend.as_view(), name="api_right_extend"),
    path("rights/<uuid:right>", RightDetail.as_view(), name="api_right"),
    path("rights/<uuid:right>/grant", RightGrant.as_view(), name="api_right_grant"),
    path("rights/<uuid:right>/suspend", RightSuspend.as_view(), name="api_right_suspend"),
    path("rights/<uuid:right>/reinstate", RightReinstate.as_view(), name="api_right_reinstate"),
    path("rights/<uuid:right>/revoke", RightRevoke.as_view(), name="api_right_revoke"),
    path("public/clinics", PublicClinics.as_view(), name="api_public_clinics"),
]

"""The pages of the supply side."""

from django.urls import path

from clinics.views.acting import ChangePart
from clinics.views.alliances import AllianceLeave, AllianceMembers, AlliancePage, Alliances
from clinics.views.attachments import Paper
from clinics.views.attestation import Attestation, AttestationProgress
from clinics.views.booking_rules import BookingRules, BookingRulesPaper
from clinics.views.bulk import BulkGrant
from clinics.views.calendar import Calendar
from clinics.views.contacts import Contacts, ContactsExport
from clinics.views.criteria import CriteriaCopy, CriteriaExport, CriteriaNew, CriteriaSets
from clinics.views.criteria_one import CriteriaSetPage, CriterionEdit
from clinics.views.decisions import BulkDecide, BulkDecided, RightsExport
from clinics.views.disputes import Dispute, Disputes, NewDispute
from clinics.views.district import District
from clinics.views.facts import FactLabelEnd, FactLabels
from clinics.views.imports import Import, ImportFaults, Imports, ImportTemplate
from clinics.views.institutions import InstitutionPage, Institutions, InstitutionsExport
from clinics.views.institutions_departments import DepartmentEdit, DepartmentNew
from clinics.views.institutions_form import InstitutionEdit, InstitutionNew
from clinics.views.nominations import NewNomination, Nomination, Nominations
from clinics.views.offers import ServicePage, Services, ServicesExport
from clinics.views.offers_form import ServiceBack, ServiceEdit, ServiceEnd, ServiceNew
from clinics.views.people import People, PeopleExport, PersonPage
from clinics.views.people_posts import PersonName, PersonNew, PersonPost, PostEdit
from clinics.views.practitioners import PractitionerPage, Practitioners, PractitionersExport
from clinics.views.practitioners_form import PractitionerBack, PractitionerEdit, PractitionerLeave, PractitionerNew
from clinics.views.public import PublicClinics
from clinics.views.rights import NewRight, Right, Rights
from clinics.views.subject_map import SubjectMap, SubjectMapExport
from clinics.views.suspension import Suspension, Suspensions
from clinics.views.timetable import TemplateEdit, TemplateEnd, TemplateNew, Timetable, TimetableExport
from clinics.views.worklist import Judgement, Worklist

urlpatterns = [
    path("acting/", ChangePart.as_view(), name="acting"),
    path("institutions/", Institutions.as_view(), name="institutions"),
    path("institutions/export/", InstitutionsExport.as_view(), name="institutions_export"),
    path("institutions/new/", InstitutionNew.as_view(), name="institution_new"),
    path("institutions/<uuid:public_id>/", InstitutionPage.as_view(), name="institution"),
    path("institutions/<uuid:public_id>/edit/", InstitutionEdit.as_view(), name="institution_edit"),
    path("institutions/<uuid:public_id>/departments/", DepartmentNew.as_view(), name="department_new"),
    path("institutions/<uuid:public_id>/rules/", BookingRules.as_view(), name="booking_rules"),
    path("institutions/<uuid:public_id>/rules/<uuid:rules>/", BookingRulesPaper.as_view(), name="booking_rules_paper"),
    path("institutions/<uuid:public_id>/subjects/", SubjectMap.as_view(), name="subject_map"),
    path("institutions/<uuid:public_id>/subjects/export/", SubjectMapExport.as_view(), name="subject_map_export"),
    path("district/facts/", FactLabels.as_view(), name="facts"),
    path("district/facts/<uuid:public_id>/end/", FactLabelEnd.as_view(), name="fact_end"),
    path("departments/<uuid:public_id>/", DepartmentEdit.as_view(), name="department"),
    path("alliances/", Alliances.as_view(), name="alliances"),
    path("alliances/<uuid:public_id>/", AlliancePage.as_view(), name="alliance"),
    path("alliances/<uuid:public_id>/members/", AllianceMembers.as_view(), name="alliance_members"),
    path("alliances/<uuid:public_id>/members/<uuid:institution>/leave/", AllianceLeave.as_view(), name="alliance_leave"),
    path("calendar/", Calendar.as_view(), name="calendar"),
    path("criteria/", CriteriaSets.as_view(), name="criteria"),
    path("criteria/new/", CriteriaNew.as_view(), name="criteria_new"),
    path("criteria/<uuid:public_id>/", CriteriaSetPage.as_view(), name="criteria_set"),
    path("criteria/<uuid:public_id>/copy/", CriteriaCopy.as_view(), name="criteria_copy"),
    path("criteria/<uuid:public_id>/export/", CriteriaExport.as_view(), name="criteria_export"),
    path("criteria/lines/<uuid:public_id>/", CriterionEdit.as_view(), name="criterion"),
    path("contacts/", Contacts.as_view(), name="contacts"),
    path("contacts/export/", ContactsExport.as_view(), name="contacts_export"),
    path("imports/", Imports.as_view(), name="imports"),
    path("imports/templates/<slug:kind>/", ImportTemplate.as_view(), name="import_template"),
    path("imports/<uuid:public_id>/", Import.as_view(), name="import"),
    path("imports/<uuid:public_id>/faults/", ImportFaults.as_view(), name="import_faults"),
    path("people/", People.as_view(), name="people"),
    path("people/export/", PeopleExport.as_view(), name="people_export"),
    path("people/new/", PersonNew.as_view(), name="person_new"),
    path("people/<uuid:public_id>/", PersonPage.as_view(), name="person"),
    path("people/<uuid:public_id>/name/", PersonName.as_view(), name="person_name"),
    path("people/<uuid:public_id>/posts/new/", PersonPost.as_view(), name="person_post"),
    path("posts/<uuid:public_id>/", PostEdit.as_view(), name="post_edit"),
    path("practitioners/", Practitioners.as_view(), name="practitioners"),
    path("practitioners/export/", PractitionersExport.as_view(), name="practitioners_export"),
    path("practitioners/new/", PractitionerNew.as_view(), name="practitioner_new"),
    path("practitioners/<uuid:public_id>/", PractitionerPage.as_view(), name="practitioner"),
    path("practitioners/<uuid:public_id>/edit/", PractitionerEdit.as_view(), name="practitioner_edit"),
    path("practitioners/<uuid:public_id>/leave/", PractitionerLeave.as_view(), name="practitioner_leave"),
    path("practitioners/<uuid:public_id>/back/", PractitionerBack.as_view(), name="practitioner_back"),
    path("services/", Services.as_view(), name="services"),
    path("services/export/", ServicesExport.as_view(), name="services_export"),
    path("services/new/", ServiceNew.as_view(), name="service_new"),
    path("services/<uuid:public_id>/", ServicePage.as_view(), name="service"),
    path("services/<uuid:public_id>/edit/", ServiceEdit.as_view(), name="service_edit"),
    path("services/<uuid:public_id>/end/", ServiceEnd.as_view(), name="service_end"),
    path("services/<uuid:public_id>/back/", ServiceBack.as_view(), name="service_back"),
    path("timetable/", Timetable.as_view(), name="timetable"),
    path("timetable/export/", TimetableExport.as_view(), name="timetable_export"),
    path("timetable/new/", TemplateNew.as_view(), name="template_new"),
    path("timetable/<uuid:public_id>/", TemplateEdit.as_view(), name="template"),
    path("timetable/<uuid:public_id>/end/", TemplateEnd.as_view(), name="template_end"),
    path("district/", District.as_view(), name="district"),
    path("district/rights/", Rights.as_view(), name="rights"),
    path("district/rights/export/", RightsExport.as_view(), name="rights_export"),
    path("district/rights/decide/", BulkDecide.as_view(), name="rights_decide"),
    path("district/rights/decide/<uuid:public_id>/", BulkDecided.as_view(), name="rights_decided"),
    path("district/suspensions/", Suspensions.as_view(), name="suspensions"),
    path("district/suspensions/<uuid:public_id>/", Suspension.as_view(), name="suspension"),
    path("district/attestation/", AttestationProgress.as_view(), name="attestation_progress"),
    path("attestation/", Attestation.as_view(), name="attestation"),
    path("disputes/", Disputes.as_view(), name="disputes"),
    path("disputes/<uuid:public_id>/", Dispute.as_view(), name="dispute"),
    path("rights/<uuid:public_id>/dispute/", NewDispute.as_view(), name="dispute_new"),
    path("district/rights/<uuid:public_id>/", Right.as_view(), name="right"),
    path("district/posts/<uuid:public_id>/right/", NewRight.as_view(), name="right_new"),
    path("rights/nominations/", Nominations.as_view(), name="nominations"),
    path("rights/nominations/<uuid:public_id>/", Nomination.as_view(), name="nomination"),
    path("rights/posts/<uuid:public_id>/nominate/", NewNomination.as_view(), name="nomination_new"),
    path("rights/papers/<uuid:public_id>/", Paper.as_view(), name="paper"),
    path("rights/worklist/", Worklist.as_view(), name="worklist"),
    path("rights/worklist/grant/", BulkGrant.as_view(), name="worklist_grant"),
    path("rights/worklist/<uuid:public_id>/", Judgement.as_view(), name="judgement"),
    path("public/clinics/", PublicClinics.as_view(), name="public_clinics"),
]

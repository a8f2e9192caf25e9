"""The pages of the referral rooms."""

from django.urls import URLPattern, path

from referral.views import arrivals, book, booked, case, home, patients, register, resident, return_form, returns, slips, visits, write

urlpatterns: list[URLPattern] = [
    path("", home.Home.as_view(), name="home"),
    path("patients/", patients.Patients.as_view(), name="patients"),
    path("patients/new/", register.PatientNew.as_view(), name="patient_new"),
    path("patients/<uuid:public_id>/", patients.PatientPage.as_view(), name="patient"),
    path("patients/<uuid:public_id>/visit/", patients.EncounterNew.as_view(), name="encounter_new"),
    path("patients/<uuid:public_id>/referrals/new/", write.ReferralNew.as_view(), name="referral_new"),
    path("referrals/", case.Referrals.as_view(), name="referrals"),
    path("referrals/<uuid:public_id>/", case.ReferralPage.as_view(), name="referral"),
    path("referrals/<uuid:public_id>/edit/", write.ReferralEdit.as_view(), name="referral_edit"),
    path("referrals/<uuid:public_id>/book/", book.BookPage.as_view(), name="book"),
    path("bookings/<uuid:public_id>/", booked.BookingDone.as_view(), name="booking_done"),
    path("bookings/<uuid:public_id>/cancel/", booked.BookingCancel.as_view(), name="booking_cancel"),
    path("bookings/<uuid:booking>/slip.pdf", slips.SlipPdf.as_view(), name="slip_pdf"),
    path("bookings/<uuid:booking>/slip/", slips.SlipPaper.as_view(), name="slip_paper"),
    path("returns/<uuid:sent_back>/slip.pdf", slips.ReturnSlipPdf.as_view(), name="return_slip_pdf"),
    path("returns/<uuid:sent_back>/slip/", slips.ReturnSlipPaper.as_view(), name="return_slip_paper"),
    path("slips/<str:token>/", slips.SlipVerify.as_view(), name="slip_verify"),
    path("r/", resident.Resident.as_view(), name="resident"),
    path("r/cancel/", resident.ResidentCancel.as_view(), name="resident_cancel"),
    path("r/leave/", resident.ResidentLeave.as_view(), name="resident_leave"),
    path("arrivals/", arrivals.Arrivals.as_view(), name="arrivals"),
    path("arrivals/arrive/", arrivals.Arrive.as_view(), name="arrive"),
    path("arrivals/<uuid:public_id>/undo/", arrivals.UndoArrival.as_view(), name="arrive_undo"),
    path("visits/", visits.Visits.as_view(), name="visits"),
    path("visits/<uuid:public_id>/", visits.Visit.as_view(), name="visit"),
    path("visits/<uuid:public_id>/fulfil/", visits.VisitFulfil.as_view(), name="visit_fulfil"),
    path("visits/<uuid:public_id>/report/", visits.VisitReportPage.as_view(), name="visit_report"),
    path("referrals/<uuid:public_id>/returns/new/", return_form.ReturnNew.as_view(), name="return_new"),
    path("returns/", returns.Returns.as_view(), name="returns"),
    path("returns/<uuid:public_id>/", returns.ReturnPage.as_view(), name="return"),
    path("returns/<uuid:public_id>/accept/", returns.ReturnAccept.as_view(), name="return_accept"),
    path("returns/<uuid:public_id>/decline/", returns.ReturnDecline.as_view(), name="return_decline"),
    path("returns/<uuid:public_id>/assign/", returns.ReturnAssign.as_view(), name="return_assign"),
    path("returns/<uuid:public_id>/follow-up/", returns.ReturnFollowUp.as_view(), name="return_follow_up"),
    path("returns/<uuid:public_id>/close/", returns.ReturnClose.as_view(), name="return_close"),
]

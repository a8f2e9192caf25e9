"""The REST addresses of the referral rooms, below /api/v1/."""

from django.urls import URLPattern, path

from referral.api import arrivals, bookings, encounters, patients, referrals, returns, slips, visits

urlpatterns: list[URLPattern] = [
    path("patients", patients.Patients.as_view(), name="api_patients"),
    path("encounters", encounters.Encounters.as_view(), name="api_encounters"),
    path("referrals", referrals.Referrals.as_view(), name="api_referrals"),
    path("referrals/<uuid:referral>", referrals.ReferralDetail.as_view(), name="api_referral"),
    path("referrals/<uuid:referral>/cancel", referrals.ReferralCancel.as_view(), name="api_referral_cancel"),
    path("referrals/<uuid:referral>/bookings", bookings.ReferralBookings.as_view(), name="api_book"),
    path("bookings/<uuid:booking>/cancel", bookings.BookingCancel.as_view(), name="api_booking_cancel"),
    path("bookings/<uuid:booking>/told", bookings.BookingTold.as_view(), name="api_booking_told"),
    path("bookings/<uuid:booking>/slip.pdf", slips.BookingSlip.as_view(), name="api_booking_slip"),
    path("returns/<uuid:sent_back>/slip.pdf", slips.ReturnSlip.as_view(), name="api_return_slip"),
    path("slips/<str:token>", slips.SlipVerification.as_view(), name="api_slip_verify"),
    path("arrivals", arrivals.Arrivals.as_view(), name="api_arrivals"),
    path("arrivals/find", arrivals.FindArrival.as_view(), name="api_arrivals_find"),
    path("bookings/<uuid:booking>/arrive", arrivals.Arrive.as_view(), name="api_arrive"),
    path("bookings/<uuid:booking>/undo", arrivals.UndoArrival.as_view(), name="api_arrive_undo"),
    path("bookings/<uuid:booking>/fulfil", visits.Fulfil.as_view(), name="api_fulfil"),
    path("visits", visits.Visits.as_view(), name="api_visits"),
    path("referrals/<uuid:referral>/report", visits.ReportVisit.as_view(), name="api_report"),
    path("referrals/<uuid:referral>/returns", returns.SendBack.as_view(), name="api_send_back"),
    path("returns", returns.Returns.as_view(), name="api_returns"),
    path("returns/<uuid:sent_back>", returns.OneReturn.as_view(), name="api_return"),
    path("returns/<uuid:sent_back>/accept", returns.AcceptReturn.as_view(), name="api_return_accept"),
    path("returns/<uuid:sent_back>/decline", returns.DeclineReturn.as_view(), name="api_return_decline"),
    path("returns/<uuid:sent_back>/assign", returns.AssignReturn.as_view(), name="api_return_assign"),
    path("returns/<uuid:sent_back>/follow-up", returns.FollowUpReturn.as_view(), name="api_return_follow_up"),
    path("returns/<uuid:sent_back>/close", returns.CloseReturn.as_view(), name="api_return_close"),
]

"""The table of contents: every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from config import display, errors, health, help_pages, inbox, platform, receipts, schema, trail, trail_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.Healthz.as_view(), name="healthz"),
    path("readyz", health.Readyz.as_view(), name="readyz"),
    path(  # before the pages, which are many: each address that does not fit costs every request of a program
        "api/v1/",
        include(
            [
                path("trail", trail_api.TrailEntries.as_view()),
                path("trail/proof", trail_api.TrailProof.as_view()),
                path("platform", platform.PlatformState.as_view()),
                path("", include("permissions.api.urls")),
                path("", include("clinics.api.urls")),
                path("", include("reserved_pools.api.urls")),
                path("", include("referral.api.urls")),
            ]
        ),
    ),
    path("", include("permissions.urls")),
    path("", include("clinics.urls")),
    path("", include("reserved_pools.urls")),
    path("", include("referral.urls")),
    path("help/", help_pages.HelpIndex.as_view(), name="help"),
    path("help/<slug:topic>/", help_pages.HelpPage.as_view(), name="help_page"),
    path("language/", display.ChooseLanguage.as_view(), name="language"),
    path("display/", display.ChooseDisplay.as_view(), name="display"),
    path("trail/", trail.Trail.as_view(), name="trail"),
    path("trail/file/", trail.TrailFile.as_view(), name="trail_file"),
    path("platform/", platform.Platform.as_view(), name="platform"),
    path("dev/inbox/", inbox.Inbox.as_view(), name="inbox"),
    path("gateways/aliyun/receipts", receipts.AliyunReceipts.as_view(), name="aliyun_receipts"),
    path("api/schema/", schema.Schema.as_view(), name="schema"),
    path("api/docs/", schema.Viewer.as_view(), name="api_docs"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

"""The addresses of the guided path under /staff/onboarding/, and where a provider tells of the one cent."""

from django.urls import path

from torget.onboarding.web import library, live, money, overview, texts

urlpatterns = [
    path("staff/onboarding/", overview.drafts, name="staff-onboarding"),
    path("staff/onboarding/begin/", overview.begin, name="staff-onboarding-begin"),
    path("staff/onboarding/<int:draft_id>/", overview.overview, name="staff-draft"),
    path("staff/onboarding/<int:draft_id>/details/", overview.details, name="staff-draft-details"),
    path("staff/onboarding/<int:draft_id>/theme/", overview.theme, name="staff-draft-theme"),
    path("staff/onboarding/<int:draft_id>/theme/preview.css", overview.theme_css, name="staff-draft-theme-css"),
    path("staff/onboarding/<int:draft_id>/look/", library.look, name="staff-draft-look"),
    path("staff/onboarding/<int:draft_id>/branches/", library.branches, name="staff-draft-branches"),
    path("staff/onboarding/<int:draft_id>/fee-types/", library.fee_types, name="staff-draft-fee-types"),
    path("staff/onboarding/<int:draft_id>/fee-types/one/", library.fee_type, name="staff-draft-fee-type"),
    path("staff/onboarding/<int:draft_id>/payee/", money.payee, name="staff-draft-payee"),
    path("staff/onboarding/<int:draft_id>/account/", money.account, name="staff-draft-account"),
    path("staff/onboarding/<int:draft_id>/account/test/", money.cent, name="staff-draft-cent"),
    path("staff/onboarding/<int:draft_id>/account/test/again/", money.try_again, name="staff-draft-cent-again"),
    path("staff/onboarding/<int:draft_id>/texts/", texts.texts, name="staff-draft-texts"),
    path("staff/onboarding/<int:draft_id>/texts/<slug:kind>/<slug:key>/", texts.block, name="staff-draft-block"),
    path("staff/onboarding/<int:draft_id>/check/", live.check, name="staff-draft-check"),
    path("staff/onboarding/<int:draft_id>/live/", live.live, name="staff-draft-live"),
    path("staff/onboarding/<int:draft_id>/remove/", live.remove, name="staff-draft-remove"),
    path("staff/onboarding/<int:draft_id>/offline/", live.offline, name="staff-draft-offline"),
    path("one-cent/<uuid:token>/return/", money.cent_return, name="one-cent-return"),
    path("one-cent/<uuid:token>/callback/", money.cent_callback, name="one-cent-callback"),
    path("one-cent/<uuid:token>/back/", money.cent_back, name="one-cent-back"),
]

"""The addresses of casework: the official's pages below /staff/, and the decisions that parties and everybody read."""

from django.urls import path

from torget.casework.web import party, published
from torget.casework.web.staff import (
    case,
    case_list,
    change,
    commissioning,
    decision,
    news,
    proposal,
    publishing,
    rules,
    sign,
)

urlpatterns = [
    path("staff/cases/", case_list.case_list, name="staff-cases"),
    path("staff/cases/<int:case_id>/", case.case, name="staff-case"),
    path("staff/cases/<int:case_id>/prepare/", case.prepare, name="staff-case-prepare"),
    path("staff/cases/<int:case_id>/read/", news.read, name="staff-case-read"),
    path("staff/cases/<int:case_id>/documents/<int:number>/", case.document, name="staff-document"),
    path("staff/cases/<int:case_id>/proposal/", proposal.proposal, name="staff-proposal-of-case"),
    path("staff/proposals/<int:decision_id>/blocks/<int:position>/", change.block, name="staff-proposal-block"),
    path("staff/proposals/<int:decision_id>/outcome/", change.outcome, name="staff-proposal-outcome"),
    path("staff/proposals/<int:decision_id>/sign/", sign.sign, name="staff-proposal-sign"),
    path("staff/proposals/<int:decision_id>/withdraw/", change.withdraw, name="staff-proposal-withdraw"),
    path("staff/decisions/<int:decision_id>/", decision.decision, name="staff-decision"),
    path("staff/decisions/<int:decision_id>/pdf/", decision.decision_as_pdf, name="staff-decision-pdf"),
    path("staff/decisions/<int:decision_id>/correct/", decision.correct, name="staff-decision-correct"),
    path("staff/decisions/<int:decision_id>/publish/", publishing.publish, name="staff-decision-publish"),
    path("staff/effects/<int:effect_id>/", decision.effect, name="staff-effect"),
    path("staff/rules/", rules.rules_list, name="staff-rules"),
    path("staff/rules/stop/<int:commissioning_id>/", commissioning.stop_switch, name="staff-rules-stop"),
    path("staff/rules/<slug:slug>/", rules.rules, name="staff-rules-of"),
    path("staff/rules/<slug:slug>/tables.xlsx", rules.workbook, name="staff-rules-workbook"),
    path("staff/rules/<slug:slug>/commission/", commissioning.commission_procedure, name="staff-rules-commission"),
    path("staff/rules/<slug:slug>/upload/", rules.upload, name="staff-rules-upload"),
    path("staff/rules/<slug:slug>/<slug:sha256>/", rules.version, name="staff-rules-version"),
    path("decisions/<slug:slug>/", published.published_decisions, name="published-decisions"),
    path("decisions/<slug:slug>/<int:decision_id>/", published.published_decision, name="published-decision"),
    path("decision/<opaque:token>/", party.party_decision, name="party-decision"),
    path("decision/<opaque:token>/pdf/", party.party_decision_as_pdf, name="party-decision-pdf"),
]

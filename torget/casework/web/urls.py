"""The addresses of casework: the official's pages below /staff/, and the decisions that parties and everybody read."""

from django.urls import path

from torget.casework.web import party
from torget.casework.web.staff import case, case_list, change, decision, proposal, sign

urlpatterns = [
    path("staff/cases/", case_list.case_list, name="staff-cases"),
    path("staff/cases/<int:case_id>/", case.case, name="staff-case"),
    path("staff/cases/<int:case_id>/prepare/", case.prepare, name="staff-case-prepare"),
    path("staff/cases/<int:case_id>/documents/<int:number>/", case.document, name="staff-document"),
    path("staff/cases/<int:case_id>/proposal/", proposal.proposal, name="staff-proposal-of-case"),
    path("staff/proposals/<int:decision_id>/blocks/<int:position>/", change.block, name="staff-proposal-block"),
    path("staff/proposals/<int:decision_id>/outcome/", change.outcome, name="staff-proposal-outcome"),
    path("staff/proposals/<int:decision_id>/sign/", sign.sign, name="staff-proposal-sign"),
    path("staff/proposals/<int:decision_id>/withdraw/", change.withdraw, name="staff-proposal-withdraw"),
    path("staff/decisions/<int:decision_id>/", decision.decision, name="staff-decision"),
    path("staff/decisions/<int:decision_id>/pdf/", decision.decision_as_pdf, name="staff-decision-pdf"),
    path("staff/decisions/<int:decision_id>/correct/", decision.correct, name="staff-decision-correct"),
    path("staff/effects/<int:effect_id>/", decision.effect, name="staff-effect"),
    path("decision/<opaque:token>/", party.party_decision, name="party-decision"),
    path("decision/<opaque:token>/pdf/", party.party_decision_as_pdf, name="party-decision-pdf"),
]

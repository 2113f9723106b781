"""The addresses of customer service: the resident's, and the agents' under /staff/conversations/."""

from django.urls import include, path

import torget.foundation.design.converters  # noqa: F401 - registers <opaque:…>
from torget.service.web.resident import ask, draft, errand, fee_question

urlpatterns = [
    path("fees/<opaque:reference>/question/", fee_question.fee_question, name="fee-question"),
    path("fees/<opaque:reference>/question/start/", fee_question.start_question, name="fee-question-start"),
    path("ask/<slug:slug>/", ask.ask, name="ask"),
    path("articles/<slug:slug>/verdict/", fee_question.verdict, name="article-verdict"),
    path("draft/<opaque:token>/", draft.draft, name="draft"),
    path("draft/<opaque:token>/step/<slug:step_id>/", draft.draft_step, name="draft-step"),
    path("draft/<opaque:token>/files/<int:attachment_id>/remove/", draft.remove_file, name="draft-remove-file"),
    path("draft/<opaque:token>/later/", draft.draft_later, name="draft-later"),
    path("draft/<opaque:token>/check/", draft.draft_check, name="draft-check"),
    path("errands/", errand.errands, name="errands"),
    path("errand/<opaque:token>/", errand.errand, name="errand"),
    path("errand/<opaque:token>/files/<int:attachment_id>/", errand.errand_file, name="errand-file"),
    path("staff/conversations/", include("torget.service.web.staff.urls")),
]

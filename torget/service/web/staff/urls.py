"""The agents' addresses, all under /staff/conversations/."""

from django.urls import path

from torget.service.web.staff import actions, conversation, further, queue

urlpatterns = [
    path("", queue.queue, name="staff-conversations"),
    path("<int:conversation_id>/", conversation.conversation, name="staff-conversation"),
    path("<int:conversation_id>/presence/", conversation.presence, name="staff-conversation-presence"),
    path(
        "<int:conversation_id>/files/<int:attachment_id>/",
        conversation.conversation_file,
        name="staff-conversation-file",
    ),
    path("<int:conversation_id>/answer/", actions.answer, name="staff-conversation-answer"),
    path("<int:conversation_id>/note/", actions.note, name="staff-conversation-note"),
    path("<int:conversation_id>/assign/", actions.assign, name="staff-conversation-assign"),
    path("<int:conversation_id>/close/", actions.close, name="staff-conversation-close"),
    path("<int:conversation_id>/reopen/", actions.reopen, name="staff-conversation-reopen"),
    path("<int:conversation_id>/promote/", further.promote, name="staff-conversation-promote"),
    path("<int:conversation_id>/offer/", further.offer, name="staff-conversation-offer"),
    path("offered/<int:transfer_id>/", further.offered, name="staff-transfer"),
    path("offered/<int:transfer_id>/accept/", further.accept, name="staff-transfer-accept"),
    path("offered/<int:transfer_id>/return/", further.give_back, name="staff-transfer-return"),
    path("offered/<int:transfer_id>/files/<int:attachment_id>/", further.offered_file, name="staff-transfer-file"),
]

"""Add a file to a draft, take it away again, and have it looked at. Nobody is shown it before the scanner passed it."""

import hashlib
from datetime import datetime

from django.db import transaction

from torget.service.core.files import COUNT_MAX, FileFault, check_file, media_type, safe_name
from torget.service.core.ports import ScannerDown
from torget.service.forms.drafts import AlreadySent
from torget.service.forms.models import Attachment, Draft
from torget.service.forms.scanners import scanner

FINDING_LENGTH_MAX = 100
BATCH = 200


class FileRefused(Exception):
    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault)
        self.fault = fault


def new_attachment(*, name: str, content: bytes, draft: Draft | None, at: datetime) -> Attachment:
    """A file that waits for the scanner. Raise FileRefused."""
    fault = check_file(content)
    if fault is not None:
        raise FileRefused(fault)
    return Attachment.objects.create(
        draft=draft,
        name=safe_name(name),
        media_type=media_type(content) or "",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        state=Attachment.State.WAITING,
        added_at=at,
    )


def attach_file(*, draft_id: int, name: str, content: bytes, at: datetime) -> Attachment:
    """Committed before the scanner is asked; if that is down, a task asks it later. Raise FileRefused, AlreadySent."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft_id)
        if draft.sent_at is not None:
            raise AlreadySent
        same = draft.attachments.filter(sha256=hashlib.sha256(content).hexdigest()).first()
        if same is not None:
            return same
        if draft.attachments.count() >= COUNT_MAX:
            raise FileRefused(FileFault.TOO_MANY)
        attachment = new_attachment(name=name, content=content, draft=draft, at=at)
    try:
        scan_attachment(attachment_id=attachment.pk, at=at)
    except ScannerDown:
        return attachment
    attachment.refresh_from_db()
    return attachment


def detach_file(*, draft_id: int, attachment_id: int) -> bool:
    """Whether there was such a file in the unsent draft."""
    count, _rows = Attachment.objects.filter(pk=attachment_id, draft_id=draft_id, draft__sent_at=None).delete()
    return bool(count)


def scan_attachment(*, attachment_id: int, at: datetime) -> None:
    """Raise ScannerDown; then the file goes on waiting. What is infected loses its content for good."""
    waiting = Attachment.objects.filter(pk=attachment_id, state=Attachment.State.WAITING)
    content = waiting.values_list("content", flat=True).first()
    if content is None:
        return
    finding = scanner().scan(bytes(content))
    if finding:
        waiting.update(
            state=Attachment.State.INFECTED, finding=finding[:FINDING_LENGTH_MAX], content=b"", scanned_at=at
        )
    else:
        waiting.update(state=Attachment.State.CLEAN, scanned_at=at)


def scan_waiting(*, at: datetime) -> int:
    """Look at what waits, oldest first, until the scanner gives no answer; how many files have their verdict."""
    ids = Attachment.objects.filter(state=Attachment.State.WAITING).order_by("id").values_list("pk", flat=True)
    done = 0
    for attachment_id in ids[:BATCH]:
        try:
            scan_attachment(attachment_id=attachment_id, at=at)
        except ScannerDown:
            break
        done += 1
    return done

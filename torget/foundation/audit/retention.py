"""How long the audit log is kept."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="audit",
        due="SELECT id FROM audit_auditentry WHERE at < %(before)s",
        do="SELECT retention_remove_audit(%(ids)s)",
    ),
)

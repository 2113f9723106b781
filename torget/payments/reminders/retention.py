"""How long reminders and the searches for them are kept."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="reminders",
        due="SELECT id FROM reminders_reminder WHERE planned_at < %(before)s",
        do="""
            WITH fees AS (DELETE FROM reminders_reminderfee WHERE reminder_id = ANY(%(ids)s))
            DELETE FROM reminders_reminder WHERE id = ANY(%(ids)s)
        """,
    ),
    Act(
        rule="reminders",
        due="SELECT id FROM reminders_reminderrun WHERE started_at < %(before)s",
        do="DELETE FROM reminders_reminderrun WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="listed_cards",
        due="SELECT id FROM reminders_listedcard WHERE added_at < %(before)s",
        do="DELETE FROM reminders_listedcard WHERE id = ANY(%(ids)s)",
    ),
)

"""How long the out-box and finished background work are kept."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="notices",
        due="SELECT id FROM notify_outgoingemail WHERE created_at < %(before)s",
        do="DELETE FROM notify_outgoingemail WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="notices",
        due="SELECT id FROM notify_outgoingsms WHERE created_at < %(before)s",
        do="DELETE FROM notify_outgoingsms WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="undeliverable",
        due="SELECT id FROM notify_undeliverableaddress WHERE noted_at < %(before)s",
        do="DELETE FROM notify_undeliverableaddress WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="jobs",
        due="""
            SELECT j.id FROM procrastinate_jobs j
            WHERE j.status NOT IN ('todo', 'doing')
                AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= %(before)s)
        """,
        do="DELETE FROM procrastinate_jobs WHERE id = ANY(%(ids)s)",
    ),
)

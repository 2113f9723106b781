"""How long the link to a child's card is kept after its end."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="guardian_links",
        due="SELECT id FROM guardians_guardianlink WHERE ended_at < %(before)s OR ends_on < %(before)s",
        do="DELETE FROM guardians_guardianlink WHERE id = ANY(%(ids)s)",
    ),
)

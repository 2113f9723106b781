"""How long questions about fees are remembered after they have their answer."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="fee_holds",
        due="SELECT id FROM fees_feehold WHERE ended_at < %(before)s",
        do="DELETE FROM fees_feehold WHERE id = ANY(%(ids)s)",
    ),
)

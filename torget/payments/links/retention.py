"""How long a payment link is kept after its last day."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="payment_links",
        due="SELECT id FROM links_paymentlink WHERE expires_at < %(before)s",
        do="""
            WITH fees AS (DELETE FROM links_linkfee WHERE link_id = ANY(%(ids)s)),
            checkouts AS (DELETE FROM links_linkcheckout WHERE link_id = ANY(%(ids)s))
            DELETE FROM links_paymentlink WHERE id = ANY(%(ids)s)
        """,
    ),
)

"""How long a filter that an employee deleted can be taken back."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="saved_filters",
        due="SELECT id FROM payments_books_savedfilter WHERE deleted_at < %(before)s",
        do="DELETE FROM payments_books_savedfilter WHERE id = ANY(%(ids)s)",
    ),
)

"""What happened is written down for the clients by the database, in the commit that it follows from."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"

_TOLD = (
    "NEW.event IN ('provider_paid', 'booked', 'booked_in_part', 'staff_registered') "
    "OR NEW.to_state IN ('registered', 'refunded', 'failed', 'expired')"
)


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("checkout", "0013_retention"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE api_clientcheckout ADD CONSTRAINT goes_with_its_checkout FOREIGN KEY (checkout_id) "
            "REFERENCES checkout_checkout (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE api_clientcheckout DROP CONSTRAINT goes_with_its_checkout",
        ),
        migrations.RunSQL((SQL / "outbox.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER api_payment_happened AFTER INSERT ON checkout_paymentevent "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({_TOLD}) EXECUTE FUNCTION api_payment_happened()",
            "DROP TRIGGER api_payment_happened ON checkout_paymentevent",
        ),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER api_refund_asked AFTER INSERT ON checkout_refund "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'asked') "
            "EXECUTE FUNCTION api_refund_happened()",
            "DROP TRIGGER api_refund_asked ON checkout_refund",
        ),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER api_refund_went_on AFTER UPDATE OF state ON checkout_refund "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state <> 'asked') "
            "EXECUTE FUNCTION api_refund_happened()",
            "DROP TRIGGER api_refund_went_on ON checkout_refund",
        ),
    ]

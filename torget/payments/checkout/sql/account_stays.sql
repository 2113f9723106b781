-- A payment never moves to another merchant account: who pays on an open page pays where it was opened.
CREATE OR REPLACE FUNCTION checkout_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment % stays with its merchant account', OLD.id USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER account_stays BEFORE UPDATE OF merchant_account_id ON checkout_payment
    FOR EACH ROW WHEN (OLD.merchant_account_id IS DISTINCT FROM NEW.merchant_account_id)
    EXECUTE FUNCTION checkout_account_stays();

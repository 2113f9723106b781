-- The bank's side as the audit reads it: every entry of a file that a run has compared.
SELECT e.id AS entry, b.municipality_id AS municipality, e.account_id AS account, s.kind AS statement_kind, e.amount_cents,
    e.booked_on, e.reference, e.message ~* %(providers)s AS speaks_of_provider
FROM settlement_bankentry e
JOIN settlement_bankstatement s ON s.id = e.statement_id
JOIN settlement_bankaccount b ON b.id = e.account_id
WHERE s.file_id = ANY(%(files)s)

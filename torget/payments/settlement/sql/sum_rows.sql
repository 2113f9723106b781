SELECT kind, count(*), sum(amount_cents)::bigint, sum(fee_cents)::bigint
FROM settlement_staged GROUP BY kind ORDER BY kind

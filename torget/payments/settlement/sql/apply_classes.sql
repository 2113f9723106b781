-- Give every item that may have changed its class, and note a change. What a person cleared holds for the class of then.
WITH judged AS (
    SELECT id, row_class AS before, {classify} AS after
    FROM settlement_item
    WHERE (row_class <> 'matched' OR NOT is_booked) AND {whose}
), changed AS (
    UPDATE settlement_item i SET
        row_class = j.after,
        -- Fees and payouts are booked by settlement; a row alone only when it differs.
        is_booked = i.booked = '{{}}' AND i.kind <> 'settlement'
            AND (j.after IN ('waiting', 'missing_there') OR (j.after IN ('matched', 'fee_differs') AND i.settlement <> '')),
        changed_at = %(now)s, cleared_at = NULL, cleared_by = '', cleared_note = '',
        owner_id = CASE WHEN j.after NOT IN ('matched', 'waiting') THEN coalesce(i.owner_id, (
            SELECT r.employee_id FROM people_role r JOIN people_employee e ON e.id = r.employee_id AND e.is_active
            WHERE r.municipality_id = i.municipality_id AND (r.kind = 'finance' OR r.answers_work_list)
            ORDER BY (r.kind = 'finance') DESC, r.id LIMIT 1
        )) END
    FROM judged j WHERE i.id = j.id AND j.before <> j.after
    RETURNING i.id, j.before, j.after
)
INSERT INTO settlement_itemevent (item_id, at, from_class, to_class)
SELECT id, %(now)s, before, after FROM changed WHERE before <> ''

-- DuckDB: where the items that the database keeps say another class than `judged`, or another number of rows. What has
-- just been paid and waits for its first run has no item yet.
SELECT municipality, kind || ' ' || subject, coalesce(kept.row_class || ' ×' || kept.times, 'no item'),
    coalesce(judged.row_class || ' ×' || judged.times, 'no row')
FROM {items} kept FULL JOIN judged USING ({key})
WHERE (kept.row_class IS DISTINCT FROM judged.row_class OR kept.times <> judged.times)
    AND NOT (kept.row_class IS NULL AND judged.row_class = 'waiting')
ORDER BY 1, 2 LIMIT {most}

// Relation: what no longer holds
//
// A row is a list: source, target, kind, applied_at (microseconds since 1970; null: always).
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['A1', 'A2', 'relative', null]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (n:Relation {source: r[0], target: r[1]})
WHERE n.toNight IS NULL AND n.fromNight < $night AND n.kind = r[2]
  AND CASE WHEN r[3] IS NULL THEN n.appliedAt IS NULL ELSE n.appliedAt.epochMillis * 1000 + n.appliedAt.microsecond % 1000 = r[3] END
SET n.toNight = $night

// Person: rows that hold from this night on
//
// The rows of new Person nodes, and new rows of nodes that are there already: what such a node had before goes to a copy beside it
// (`PersonVersion`), which a reader of an earlier night finds. A row is a list: person_id, first_applied_at (seconds),
// first_applied_at (nanoseconds), last_applied_at (seconds), last_applied_at (nanoseconds), applications, intent, caption.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (n:Person {personId: r[0]})
FOREACH (_ IN CASE WHEN n.fromNight IS NULL THEN [] ELSE [1] END |
  CREATE (v:PersonVersion)
  SET v = properties(n), v.toNight = coalesce(n.toNight, $night), v.replacedAt = $night
)
SET n = {
  personId: r[0],
  firstAppliedAt: CASE WHEN r[1] IS NOT NULL THEN datetime.fromepoch(r[1], r[2]) END,
  lastAppliedAt: CASE WHEN r[3] IS NOT NULL THEN datetime.fromepoch(r[3], r[4]) END,
  applications: r[5],
  intent: r[6],
  caption: coalesce(r[7], n.caption),
  fromNight: $night
}

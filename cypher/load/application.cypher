// Application: rows that hold from this night on
//
// The rows of new Application nodes, and new rows of nodes that are there already: what such a node had before goes to a copy beside it
// (`ApplicationVersion`), which a reader of an earlier night finds. A row is a list: a map of the node's properties as far as they are
// known, then what is no plain value: applied_at (seconds), applied_at (nanoseconds), date_of_birth (days), label_time (seconds),
// label_time (nanoseconds), caption. (One map instead of a hundred columns: a server takes less than half of the time for it.)
//
// Parameters
//   $rows   one list a row, see below  :param rows => [[{applicationId: 'A1', phone: '13800002231'}, 1577836800, 0, 3652, null, null, 'Li *']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (n:Application {applicationId: r[0].applicationId})
FOREACH (_ IN CASE WHEN n.fromNight IS NULL THEN [] ELSE [1] END |
  CREATE (v:ApplicationVersion)
  SET v = properties(n), v.toNight = coalesce(n.toNight, $night), v.replacedAt = $night
)
WITH n, r, coalesce(r[6], n.caption) AS caption
SET n = r[0]
SET n += {
  appliedAt: CASE WHEN r[1] IS NOT NULL THEN datetime.fromepoch(r[1], r[2]) END,
  dateOfBirth: CASE WHEN r[3] IS NOT NULL THEN date({year: 1970}) + duration({days: r[3]}) END,
  labelTime: CASE WHEN r[4] IS NOT NULL THEN datetime.fromepoch(r[4], r[5]) END,
  caption: caption,
  fromNight: $night
}

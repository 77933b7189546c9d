// Relation: what somebody else says of two applicants
//
// A row is a list: source, target, kind, weight, applied_at (seconds, nanoseconds; null: always).
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['A1', 'A2', 'relative', 1.0, null, null]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Application {applicationId: r[0]})
MATCH (b:Application {applicationId: r[1]})
CREATE (n:Relation {
  source: r[0], target: r[1], kind: r[2], weight: r[3],
  appliedAt: CASE WHEN r[4] IS NOT NULL THEN datetime.fromepoch(r[4], r[5]) END, fromNight: $night
})
CREATE (n)-[:SOURCE]->(a)
CREATE (n)-[:TARGET]->(b)

// USES: who uses which shared value
//
// One row an identifier: kind, key, and a list of its uses: person_id, role, first seen (seconds, nanoseconds), last seen (seconds,
// nanoseconds; null where it is the first time), count of applications.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['phone', '+8613800002231', [['P-A1', 'own', 1577836800, 0, null, null, 1]]]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (i:Identifier {kind: r[0], key: r[1]})
UNWIND r[2] AS u
MATCH (p:Person {personId: u[0]})
WITH i, p, u, datetime.fromepoch(u[2], u[3]) AS seen
CREATE (p)-[:USES {
  role: u[1], firstSeen: seen, lastSeen: CASE WHEN u[4] IS NULL THEN seen ELSE datetime.fromepoch(u[4], u[5]) END,
  count: u[6], fromNight: $night
}]->(i)

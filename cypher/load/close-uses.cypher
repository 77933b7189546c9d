// USES: what no longer holds
//
// One row an identifier: kind, key, and a list of its uses: person_id, role.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['phone', '+8613800002231', [['P-A1', 'own']]]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (i:Identifier {kind: r[0], key: r[1]})
UNWIND r[2] AS u
MATCH (p:Person {personId: u[0]})
MATCH (p)-[t:USES]->(i) WHERE t.toNight IS NULL AND t.role = u[1] AND t.fromNight < $night
SET t.toNight = $night

// TIED: what no longer holds
//
// A row is a list: person_a, person_b.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'P-A2']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Person {personId: r[1]})
MATCH (a)-[t:TIED]->(b) WHERE t.toNight IS NULL AND t.fromNight < $night
SET t.toNight = $night

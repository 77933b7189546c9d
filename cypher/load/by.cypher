// BY: which person made which application
//
// A row is a list: application_id, person_id, how.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['A1', 'P-A2', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Application {applicationId: r[0]})
MATCH (b:Person {personId: r[1]})
CREATE (a)-[:BY {how: r[2], fromNight: $night}]->(b)

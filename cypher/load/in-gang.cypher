// IN_GANG: who is in which gang
//
// A row is a list: person_id, gang_id.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'G-A2']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Gang {gangId: r[1]})
CREATE (a)-[:IN_GANG {fromNight: $night}]->(b)

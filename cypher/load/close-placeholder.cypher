// Placeholder: what no longer holds
//
// A row is a list: kind, key.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['phone', '+8613800000000']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (n:Placeholder {kind: r[0], key: r[1]}) WHERE n.toNight IS NULL AND n.fromNight < $night
SET n.toNight = $night

// Hub: values that more people are on than their kind's cap
//
// A row is a list: kind, key, people, cap.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['ip', '10.0.0.1', 900, 20]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (h:Hub {kind: r[0], key: r[1], people: r[2], cap: r[3], fromNight: $night})
WITH h, r
MATCH (i:Identifier {kind: r[0], key: r[1]})
CREATE (h)-[:IS]->(i)

// SHARES: the evidence of a gang
//
// A row is a list: gang_id, kind, key, members, others.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['G-A1', 'phone', '+8613800002231', 3, 0]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (g:Gang {gangId: r[0]})
MATCH (i:Identifier {kind: r[1], key: r[2]})
CREATE (g)-[:SHARES {members: r[3], others: r[4], fromNight: $night}]->(i)

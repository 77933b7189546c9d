// SHARES: what no longer holds
//
// A row is a list: gang_id, kind, key.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['G-A1', 'phone', '+8613800002231']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (g:Gang {gangId: r[0]})
MATCH (i:Identifier {kind: r[1], key: r[2]})
MATCH (g)-[t:SHARES]->(i) WHERE t.toNight IS NULL AND t.fromNight < $night
SET t.toNight = $night

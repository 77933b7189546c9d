// Hub: what no longer holds
//
// A row is a list: kind, key.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['ip', '10.0.0.1']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (h:Hub {kind: r[0], key: r[1]}) WHERE h.toNight IS NULL AND h.fromNight < $night
SET h.toNight = $night

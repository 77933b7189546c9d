// HubWindow: what no longer holds
//
// A row is a list: kind, key, window.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['ip', '10.0.0.1', 203]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (n:HubWindow {kind: r[0], key: r[1], window: r[2]}) WHERE n.toNight IS NULL AND n.fromNight < $night
SET n.toNight = $night

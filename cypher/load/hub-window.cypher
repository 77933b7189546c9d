// HubWindow: from when on values were hubs
//
// A row is a list: kind, key, window, since: the half window, and microseconds.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['ip', '10.0.0.1', 203, 1580000000000000]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (:HubWindow {kind: r[0], key: r[1], window: r[2], since: r[3], fromNight: $night})

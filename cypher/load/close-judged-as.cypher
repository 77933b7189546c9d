// JUDGED_AS: what no longer holds
//
// A row is a list: community_id, gang_id.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['C-A1', 'G-A2']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Community {communityId: r[0]})
MATCH (b:Gang {gangId: r[1]})
MATCH (a)-[t:JUDGED_AS]->(b) WHERE t.toNight IS NULL AND t.fromNight < $night
SET t.toNight = $night

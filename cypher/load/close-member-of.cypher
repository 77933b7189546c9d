// MEMBER_OF: what no longer holds
//
// A row is a list: person_id, community_id.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'C-A2']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Community {communityId: r[1]})
MATCH (a)-[t:MEMBER_OF]->(b) WHERE t.toNight IS NULL AND t.fromNight < $night
SET t.toNight = $night

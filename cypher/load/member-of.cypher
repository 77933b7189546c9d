// MEMBER_OF: who is in which community, and why
//
// A row is a list: person_id, community_id, reasons.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'C-A2', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Community {communityId: r[1]})
CREATE (a)-[:MEMBER_OF {reasons: r[2], fromNight: $night}]->(b)

// GangEvent: what happened to gangs this night
//
// A row is a list: position, gang_id, event, from_ids, cause_application.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [[0, 'G-A1', 'born', '', 'A1']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (e:GangEvent {night: $night, position: r[0], gangId: r[1], event: r[2], fromIds: r[3], causeApplication: r[4]})
WITH e, r
MATCH (g:Gang {gangId: r[1]})
CREATE (e)-[:OF]->(g)

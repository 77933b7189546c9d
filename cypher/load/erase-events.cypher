// Names in what happened to gangs
//
// A row is a list: night, position, gang_id, from_ids, cause_application.
//
// Parameters
//   $rows  one list a row  :param rows => [[3, 0, 'G-A1', '', 'A1']]
CYPHER replan=skip
UNWIND $rows AS r
MATCH (e:GangEvent {night: r[0]}) WHERE e.position = r[1]
SET e.gangId = r[2], e.fromIds = r[3], e.causeApplication = r[4]

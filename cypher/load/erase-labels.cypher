// Names and words in labels
//
// A row is a list: position, gang_id, reason.
//
// Parameters
//   $rows  one list a row  :param rows => [[0, 'G-A1', 'seen']]
CYPHER replan=skip
UNWIND $rows AS r
MATCH (l:Label) WHERE l.position = r[0]
SET l.gangId = r[1], l.reason = r[2]

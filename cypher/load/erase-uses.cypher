// Values that only one person is left with
//
// They keep their nodes and lose their open uses. A row is a list: kind, key.
//
// Parameters
//   $rows   one list a row             :param rows => [['phone', '+8613800138000']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (n:Identifier {kind: r[0], key: r[1]})<-[u:USES]-(:Person)
WHERE u.toNight IS NULL
SET u.toNight = $night

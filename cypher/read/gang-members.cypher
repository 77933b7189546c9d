// Gang members of a night
//
// Every IN_GANG that held then.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   gang_id    gang id
//   person_id  person id
MATCH (a:Person)-[t:IN_GANG]->(b:Gang) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN b.gangId AS gang_id, a.personId AS person_id

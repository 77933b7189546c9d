// Gang members of a night, by gang_id
//
// As `gang-members.cypher`, for some.
//
// Parameters
//   $values  gang_id                 :param values => ['G-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  gang_id, person_id
CYPHER replan=skip
UNWIND $values AS value
MATCH (b:Gang {gangId: value})
MATCH (a:Person)-[t:IN_GANG]->(b:Gang) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([b.gangId, a.personId]) AS rows

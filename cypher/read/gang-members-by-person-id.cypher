// Gang members of a night, by person_id
//
// As `gang-members.cypher`, for some.
//
// Parameters
//   $values  person_id               :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  gang_id, person_id
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:IN_GANG]->(b:Gang) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([b.gangId, a.personId]) AS rows

// Reasons of a night, by person_id
//
// As `reasons.cypher`, for some.
//
// Parameters
//   $values  person_id               :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  person_id, reasons
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.reasons IS NOT NULL
RETURN collect(DISTINCT [a.personId, t.reasons]) AS rows

// Reasons of a night, by person_id
//
// As `reasons.cypher`, for some.
//
// Parameters
//   $values  person_id  :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   person_id  person id
//   reasons    codes joined by ; from the closed table in `fraudgraph.evidence.reasons`
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.reasons IS NOT NULL
RETURN DISTINCT a.personId AS person_id, t.reasons AS reasons

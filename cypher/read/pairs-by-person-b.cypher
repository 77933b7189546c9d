// Pairs of a night, by person_b
//
// As `pairs.cypher`, for some.
//
// Parameters
//   $values  person_b                :param values => ['P-A2']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  person_a, person_b, link_code, degree, prior, standing
CYPHER replan=skip
UNWIND $values AS value
MATCH (b:Person {personId: value})
MATCH (a:Person)-[t:NEAR]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.code IS NOT NULL
RETURN collect([a.personId, b.personId, t.code, t.degree, t.prior, t.standing]) AS rows

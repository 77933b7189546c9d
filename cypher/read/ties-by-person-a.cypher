// Ties of a night, by person_a
//
// As `ties.cypher`, for some.
//
// Parameters
//   $values  person_a                :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  person_a, person_b, probability, link_class, evidence
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:TIED]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([a.personId, b.personId, t.probability, t.class, t.evidence]) AS rows

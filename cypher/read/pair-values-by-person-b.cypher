// Pair values of a night, by person_b
//
// As `pair-values.cypher`, for some.
//
// Parameters
//   $values  person_b                :param values => ['P-A2']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  person_a, person_b, kind, key, people
CYPHER replan=skip
UNWIND $values AS value
MATCH (b:Person {personId: value})
MATCH (a:Person)-[t:NEAR]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
UNWIND range(0, size(coalesce(t.keys, [])) - 1) AS i
RETURN collect([a.personId, b.personId, t.kinds[i], t.keys[i], t.people[i]]) AS rows

// Pair values of a night, by person_a
//
// As `pair-values.cypher`, for some.
//
// Parameters
//   $values  person_a  :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   person_a  person a
//   person_b  person b
//   kind      kind of identifier
//   key       the normalised value that the two share
//   people    on the value around that time, in steps
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:NEAR]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
UNWIND range(0, size(t.keys) - 1) AS i
RETURN a.personId AS person_a, b.personId AS person_b, t.kinds[i] AS kind, t.keys[i] AS key, t.people[i] AS people

// Pairs of a night, by person_a
//
// As `pairs.cypher`, for some.
//
// Parameters
//   $values  person_a  :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   person_a   person_a < person_b by first application
//   person_b   person b
//   link_code  link class, packed, third people apart
//   degree     people on the narrowest shared value, in steps
//   prior      log-odds of the strongest shared value by the table of priors
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:NEAR]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.code IS NOT NULL
RETURN a.personId AS person_a, b.personId AS person_b, t.code AS link_code, t.degree AS degree, t.prior AS prior

// Ties of a night, by person_a
//
// As `ties.cypher`, for some.
//
// Parameters
//   $values  person_a  :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   person_a     person_a < person_b by first application
//   person_b     person b
//   probability  0-1: that a pair of this class is a gang pair
//   link_class   signature and facts, in words of a closed vocabulary
//   evidence     people's pairs that the class was measured on
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:TIED]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN a.personId AS person_a, b.personId AS person_b, t.probability AS probability, t.class AS link_class, t.evidence AS evidence

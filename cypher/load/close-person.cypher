// Person: rows that no longer hold
//
// The rows stay as they are and say that they do not hold from this night on.
//
// Parameters
//   $values  personIds                  :param values => ['P-A1']
//   $night   the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Person {personId: value})
SET n.toNight = $night

// Gang: rows that no longer hold
//
// The rows stay as they are and say that they do not hold from this night on.
//
// Parameters
//   $values  gangIds                    :param values => ['G-A1']
//   $night   the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Gang {gangId: value})
SET n.toNight = $night

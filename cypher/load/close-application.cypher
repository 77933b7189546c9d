// Application: rows that no longer hold
//
// The rows stay as they are and say that they do not hold from this night on.
//
// Parameters
//   $values  applicationIds             :param values => ['A1']
//   $night   the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Application {applicationId: value})
SET n.toNight = $night

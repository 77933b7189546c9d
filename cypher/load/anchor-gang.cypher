// Gang: nodes that something points to before they have a row
//
// A node without `fromNight` has no row yet: nobody who reads a night sees it.
//
// Parameters
//   $values  gangIds  :param values => ['G-A1']
CYPHER replan=skip
UNWIND $values AS value
MERGE (:Gang {gangId: value})

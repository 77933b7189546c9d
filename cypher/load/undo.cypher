// Take the last night back
//
// The night before holds again at once; what the night wrote is pending then, and is cleared after this.
//
// Parameters
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.night = $night - 1, b.pending = $night
WITH b
MATCH (n:Night {night: $night})
DELETE n

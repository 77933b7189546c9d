// The unfinished night is cleared
//
// Only what it left of itself: the last whole night is as it was.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
CYPHER replan=skip
MATCH (b:Book {id: 'book'}) WHERE b.fence = $fence
REMOVE b.pending

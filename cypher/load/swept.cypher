// The older book is swept away
//
// 
//
// Parameters
//   $fence  the writer's number  :param fence => 7
CYPHER replan=skip
MATCH (b:Book {id: 'book'}) WHERE b.fence = $fence
REMOVE b.sweep

// Nodes whose rows only an older book had
//
// After a book was started afresh, and after its relationships.
//
// Parameters
//   $base   the night before the first  :param base => 3
//   $fence  the writer's number         :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Application|Person|Community|Gang) WHERE n.toNight <= $base + 1
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DETACH DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

// Identifiers that nothing points to
//
// After a book was started afresh, and after its relationships.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Identifier) WHERE NOT EXISTS { (n)--() }
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

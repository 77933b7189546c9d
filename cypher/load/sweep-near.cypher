// NEAR: sweep away what only an older book had
//
// After a book was started afresh.
//
// Parameters
//   $base   the night before the first  :param base => 3
//   $fence  the writer's number         :param fence => 7
//
// Columns
//   done  relationships
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH ()-[t:NEAR]->() WHERE t.toNight <= $base + 1
CALL (b, t) {
  SET b.held = $fence
  WITH b, t WHERE b.fence = $fence
  DELETE t
} IN TRANSACTIONS OF 20000 ROWS
RETURN count(*) AS done

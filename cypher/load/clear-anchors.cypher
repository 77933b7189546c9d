// Nodes without a row that nothing points to
//
// Left by relationships that are gone.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Application|Person|Community|Gang) WHERE n.fromNight IS NULL AND NOT EXISTS { (n)--() }
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

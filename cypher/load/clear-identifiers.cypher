// Identifier: take back the nodes of an unfinished night
//
// After the relationships: nothing points to them any more.
//
// Parameters
//   $night  the night that is written  :param night => 3
//   $fence  the writer's number        :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Identifier) WHERE n.fromNight = $night
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DETACH DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

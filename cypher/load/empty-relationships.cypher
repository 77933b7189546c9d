// Empty a book that has no whole night: relationships
//
// All that is there was left by a first night that was killed or taken back.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
//
// Columns
//   done  relationships
CYPHER replan=skip
MATCH (b:Book {id: 'book'}) WHERE b.night = b.base
MATCH ()-[t:BY|USES|TIED|MEMBER_OF|JUDGED_AS|IN_GANG|SHARES|CONFLICTS_WITH|NEAR|IS|OF|SOURCE|TARGET]->()
CALL (b, t) {
  SET b.held = $fence
  WITH b, t WHERE b.fence = $fence
  DELETE t
} IN TRANSACTIONS OF 20000 ROWS
RETURN count(*) AS done

// Empty a book that has no whole night: nodes
//
// After its relationships.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'}) WHERE b.night = b.base
MATCH (n:Application|Person|Community|Gang|Identifier|Hub|HubWindow|Placeholder|Relation|LongText|Document|Setting|Slot|GangEvent|BatchRows|Night|ApplicationVersion|PersonVersion|CommunityVersion|GangVersion)
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
RETURN count(*) AS done

// Papers that only an older book had
//
// After a book was started afresh: its nights, what belonged to them, what was decided of its gangs.
//
// Parameters
//   $base   the night before the first  :param base => 3
//   $fence  the writer's number         :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Hub|HubWindow|Placeholder|Relation|Document|Setting|Slot|GangEvent|BatchRows|Night|Label)
WHERE n.toNight <= $base + 1 OR n:Document AND n.fromNight <= $base OR n:Setting AND n.fromNight <= $base OR n:Slot AND n.fromNight <= $base
   OR n:GangEvent AND n.night <= $base OR n:BatchRows AND n.night <= $base OR n:Night AND n.night <= $base OR n:Label AND n.base < $base
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  DETACH DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

// The papers: take back what an unfinished night wrote
//
// Rows that are nodes of their own, in one scan of each label. What the night opened goes, what it closed is open again.
//
// Parameters
//   $night  the night that is written  :param night => 3
//   $fence  the writer's number        :param fence => 7
//
// Columns
//   done  nodes
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Hub|HubWindow|Placeholder|Relation|LongText|Document|Setting|Slot|GangEvent|BatchRows|Night)
WHERE n.fromNight = $night OR n.toNight = $night OR n.night = $night
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  FOREACH (_ IN CASE WHEN n.toNight = $night THEN [1] ELSE [] END | REMOVE n.toNight)
  FOREACH (_ IN CASE WHEN n.fromNight = $night OR n.night = $night THEN [1] ELSE [] END | DETACH DELETE n)
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

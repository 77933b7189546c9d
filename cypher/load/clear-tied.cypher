// TIED: take back what an unfinished night wrote
//
// What it opened goes, what it closed is open again. Each batch of rows holds the book, so that a writer who lost the lease changes nothing.
//
// Parameters
//   $night  the night that is written  :param night => 3
//   $fence  the writer's number        :param fence => 7
//
// Columns
//   done  relationships
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH ()-[t:TIED]->() WHERE t.fromNight = $night OR t.toNight = $night
CALL (b, t) {
  SET b.held = $fence
  WITH b, t WHERE b.fence = $fence
  FOREACH (_ IN CASE WHEN t.toNight = $night THEN [1] ELSE [] END | REMOVE t.toNight)
  FOREACH (_ IN CASE WHEN t.fromNight = $night THEN [1] ELSE [] END | DELETE t)
} IN TRANSACTIONS OF 20000 ROWS
RETURN count(*) AS done

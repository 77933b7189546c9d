// Gang: take back the rows of an unfinished night
//
// Nodes that had a row before get it back from its copy, the others lose theirs; a node that nothing points to goes. Each batch of rows
// holds the book, so that a writer who lost the lease changes nothing.
//
// Parameters
//   $night  the night that is written  :param night => 3
//   $fence  the writer's number        :param fence => 7
//
// Columns
//   done  rows
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
MATCH (n:Gang) WHERE n.fromNight = $night OR n.toNight = $night
CALL (b, n) {
  SET b.held = $fence
  WITH b, n WHERE b.fence = $fence
  OPTIONAL MATCH (v:GangVersion {gangId: n.gangId, replacedAt: $night})
  WITH n, v, n.fromNight = $night AND v IS NULL AS fresh
  FOREACH (_ IN CASE WHEN v IS NOT NULL AND n.fromNight = $night THEN [1] ELSE [] END |
    SET n = properties(v)
    REMOVE n.replacedAt
    DELETE v
  )
  FOREACH (_ IN CASE WHEN n.toNight = $night THEN [1] ELSE [] END | REMOVE n.toNight)
  FOREACH (_ IN CASE WHEN fresh THEN [1] ELSE [] END | SET n = {gangId: n.gangId})
  REMOVE n:GradeA:GradeB:GradeC:GradeD
  FOREACH (grade IN [one IN ['A', 'B', 'C', 'D'] WHERE one = n.grade] | SET n:$('Grade' + grade))
  FOREACH (_ IN CASE WHEN fresh AND NOT EXISTS { (n)--() } THEN [1] ELSE [] END | DELETE n)
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS done

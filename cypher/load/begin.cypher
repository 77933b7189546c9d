// A night begins
//
// From here until the flip the night is pending: what it leaves when it is killed is cleared by the next writer.
//
// Parameters
//   $night  the night that is written  :param night => 3
//   $fence  the writer's number        :param fence => 7
//   $lanes  their counters             :param lanes => ['lane 0', 'lane 1']
//
// Columns
//   mine  is the lease still ours
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.held = $fence
WITH b WHERE b.fence = $fence
SET b.pending = $night
FOREACH (lane IN $lanes | MERGE (c:Counter {id: lane}) SET c.step = 0)
RETURN true AS mine

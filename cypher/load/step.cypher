// A step of the night: once, and only by the holder of the lease
//
// Opens every batch. A lane's counter is held until the batch is committed; whoever takes over the lease waits for all of them, and who
// waited for one finds another fence. A batch that is sent a second time finds the step taken already.
//
// Parameters
//   $lane   which one                    :param lane => 'lane 0'
//   $night  the night that is written    :param night => 3
//   $fence  the writer's number          :param fence => 7
//   $step   number of this step, from 1  :param step => 12
//
// Columns
//   mine   is the lease still ours
//   taken  the last step that the lane took, before this one
CYPHER replan=skip
MATCH (c:Counter {id: $lane})
SET c.held = $fence
WITH c
MATCH (b:Book {id: 'book'})
WITH c, b.fence = $fence AND b.pending = $night AS mine, c.step AS taken
SET c.step = CASE WHEN mine AND taken = $step - 1 THEN $step ELSE taken END
RETURN mine, taken

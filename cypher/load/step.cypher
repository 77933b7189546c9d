// A step of the night: once, and only by the holder of the lease
//
// Opens every batch. Holding the book keeps another writer out until the batch is committed. A batch that is sent a second time finds the step
// taken already; a writer whose lease was taken over finds another fence.
//
// Parameters
//   $night  the night that is written    :param night => 3
//   $fence  the writer's number          :param fence => 7
//   $step   number of this step, from 1  :param step => 12
//
// Columns
//   mine   is the lease still ours
//   taken  the last step that was taken, before this one
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.held = $fence
WITH b, b.fence = $fence AND b.pending = $night AS mine, b.step AS taken
SET b.step = CASE WHEN mine AND taken = $step - 1 THEN $step ELSE taken END
RETURN mine, taken

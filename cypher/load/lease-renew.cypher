// The lease: hold it longer
//
// By nobody but the one who has it.
//
// Parameters
//   $fence    the writer's number  :param fence => 7
//   $seconds  from now on          :param seconds => 60
//
// Columns
//   held  is it still ours
CYPHER replan=skip
MATCH (l:Lease {id: 'writer'})
SET l.looked = timestamp()
WITH l WHERE l.fence = $fence
SET l.expires = timestamp() + $seconds * 1000
RETURN true AS held

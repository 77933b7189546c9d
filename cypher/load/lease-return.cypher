// The lease: give it back
//
// By nobody but the one who has it.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
CYPHER replan=skip
MATCH (l:Lease {id: 'writer'})
SET l.looked = timestamp()
WITH l WHERE l.fence = $fence
REMOVE l.expires, l.owner, l.host, l.process

// Hold the book until this transaction ends
//
// Says what the book is at, once nobody else can change it.
//
// Parameters
//   $fence  the writer's number  :param fence => 7
//
// Columns
//   mine        is the lease still ours
//   night       the last whole night
//   base        the night before the first
//   pending     the night that is being written, if any
//   steps       the last one of each lane
//   sweep       is there an older book to sweep away
//   generation  names the book
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.held = $fence
RETURN b.fence = $fence AS mine, b.night AS night, b.base AS base, b.pending AS pending,
       COLLECT { MATCH (c:Counter) WHERE c.id STARTS WITH 'lane ' RETURN c.step ORDER BY c.id } AS steps,
       coalesce(b.sweep, false) AS sweep, b.generation AS generation

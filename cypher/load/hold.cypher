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
//   step        the last step of it
//   sweep       is there an older book to sweep away
//   generation  names the book
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.held = $fence
RETURN b.fence = $fence AS mine, b.night AS night, b.base AS base, b.pending AS pending, b.step AS step,
       coalesce(b.sweep, false) AS sweep, b.generation AS generation

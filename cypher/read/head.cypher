// What the book is at
//
// And when one night was applied: another time is another night of that number.
//
// Parameters
//   $night  a night; null: the last one  :param night => 3
//
// Columns
//   format      of the model
//   generation  names the book until it is started afresh
//   night       the last whole night
//   base        the night before the first
//   pending     the night that is being written
//   known_at    when the night asked for was applied
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
OPTIONAL MATCH (n:Night {night: coalesce($night, b.night)})
RETURN b.format AS format, b.generation AS generation, b.night AS night, b.base AS base, b.pending AS pending, n.knownAt AS known_at

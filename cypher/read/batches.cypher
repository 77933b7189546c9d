// The nights of the book
//
// Oldest first.
//
// Parameters
//   $base   the night before the first  :param base => 0
//   $night  the night that is read      :param night => 3
//
// Columns
//   night     number
//   digest    of what came in
//   command   that made it
//   known_at  when
//   summary   JSON
CYPHER replan=skip
MATCH (n:Night) WHERE $base < n.night <= $night
RETURN n.night AS night, n.digest AS digest, n.command AS command, n.knownAt AS known_at, n.summary AS summary ORDER BY night

// Columns of keys that the book has
//
// Up to a night.
//
// Parameters
//   $base   the night before the first  :param base => 0
//   $night  the night that is read      :param night => 3
//
// Columns
//   slot  kind.role
CYPHER replan=skip
MATCH (s:Slot) WHERE $base < s.fromNight <= $night
RETURN DISTINCT s.slot AS slot ORDER BY slot

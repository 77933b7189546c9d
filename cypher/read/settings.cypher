// What the book remembers
//
// The newest value of each key.
//
// Parameters
//   $base   the night before the first  :param base => 0
//   $night  the night that is read      :param night => 3
//
// Columns
//   key    setting
//   value  JSON
CYPHER replan=skip
MATCH (s:Setting) WHERE $base < s.fromNight <= $night
WITH s ORDER BY s.fromNight
RETURN s.key AS key, last(collect(s.value)) AS value ORDER BY key

// Documents of a night
//
// Of one kind; the last one is in force.
//
// Parameters
//   $kind   calibration or ruleset      :param kind => 'calibration'
//   $base   the night before the first  :param base => 0
//   $night  the night that is read      :param night => 3
//
// Columns
//   name      a function of the content
//   document  JSON
CYPHER replan=skip
MATCH (d:Document {kind: $kind}) WHERE $base < d.fromNight <= $night
RETURN d.name AS name, d.document AS document ORDER BY d.fromNight DESC LIMIT 1

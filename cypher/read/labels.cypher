// What analysts decided
//
// Up to a night, in the order in which it was given; of one gang where one is named.
//
// Parameters
//   $gang   a gang; null: all                  :param gang => null
//   $base   the night before the first         :param base => 0
//   $given  the night, as the book numbers it  :param given => 3
//
// Columns
//   gang_id  as it was called when the label was given
//   label    confirmed, suspicious, dismissed
//   reason   the analyst's words
//   who      who
//   at       wall clock
//   night    the last night when the label was given
CYPHER replan=skip
MATCH (l:Label {base: $base}) WHERE l.night <= $given AND ($gang IS NULL OR l.gangId = $gang)
RETURN l.gangId AS gang_id, l.label AS label, l.reason AS reason, l.who AS who, l.at.epochMillis * 1000 + l.at.microsecond % 1000 AS at, l.night AS night
ORDER BY l.position

// What analysts decided, of every night
//
// Columns
//   position  in the order in which they were given
//   gang_id   the gang
//   label     confirmed, suspicious, dismissed
//   reason    the analyst's words
//   who       who
//   at        wall clock
//   night     the last night when the label was given
CYPHER replan=skip
MATCH (l:Label)
RETURN l.position AS position, l.gangId AS gang_id, l.label AS label, l.reason AS reason, l.who AS who,
       l.at.epochMillis * 1000 + l.at.microsecond % 1000 AS at, l.night AS night
ORDER BY l.position

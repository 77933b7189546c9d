// Applications of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $plain  properties as they are     :param plain => ['applicationId', 'keyPhoneOwn']
//   $times  properties that are times  :param times => ['appliedAt']
//   $dates  properties that are dates  :param dates => []
//   $night  the night that is read     :param night => 3
//
// Columns
//   row  three lists: the values as they are, times (microseconds since 1970), dates (days since 1970)
CYPHER replan=skip
MATCH (n:ApplicationVersion) WHERE n.toNight > $night AND n.fromNight <= $night
WITH properties(n) AS m
RETURN [[c IN $plain | m[c]], [c IN $times | m[c].epochMillis * 1000 + m[c].microsecond % 1000],
         [c IN $dates | duration.inDays(date({year: 1970}), m[c]).days]] AS row

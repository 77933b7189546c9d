// Applications of a night, a page of them
//
// The rows that still stand in their nodes, by the index on their ids; those that were replaced since are in `applications-versions.cypher`.
//
// Parameters
//   $plain  properties as they are     :param plain => ['applicationId', 'keyPhoneOwn']
//   $times  properties that are times  :param times => ['appliedAt']
//   $dates  properties that are dates  :param dates => []
//   $from   the first id of the page   :param from => ''
//   $page   how many nodes             :param page => 10000
//   $night  the night that is read     :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  three lists: the values as they are, times (microseconds since 1970), dates (days since 1970)
CYPHER replan=skip
MATCH (n:Application) WHERE n.applicationId >= $from
WITH n ORDER BY n.applicationId LIMIT $page
// A node gives its properties one by one faster than all of them where few are asked for, and slower where many are.
WITH CASE WHEN size($plain) + size($times) + size($dates) > 6 THEN properties(n) ELSE n END AS m
RETURN collect(m.applicationId)[-1] AS last,
       collect(CASE WHEN m.fromNight <= $night < coalesce(m.toNight, $night + 1) THEN
        [[c IN $plain | m[c]], [c IN $times | m[c].epochMillis * 1000 + m[c].microsecond % 1000],
         [c IN $dates | duration.inDays(date({year: 1970}), m[c]).days]]
       END) AS rows

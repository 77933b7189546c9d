// Applications of a night, by their ids
//
// As `applications.cypher`, for some.
//
// Parameters
//   $plain   properties as they are     :param plain => ['applicationId', 'keyPhoneOwn']
//   $times   properties that are times  :param times => ['appliedAt']
//   $dates   properties that are dates  :param dates => []
//   $values  applicationIds             :param values => ['A1']
//   $night   the night that is read     :param night => 3
//
// Columns
//   rows  three lists: the values as they are, times (microseconds since 1970), dates (days since 1970)
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Application {applicationId: value})
WITH properties(n) AS m WHERE m.fromNight <= $night < coalesce(m.toNight, $night + 1)
RETURN collect(
        [[c IN $plain | m[c]], [c IN $times | m[c].epochMillis * 1000 + m[c].microsecond % 1000],
         [c IN $dates | duration.inDays(date({year: 1970}), m[c]).days]]
       ) AS rows

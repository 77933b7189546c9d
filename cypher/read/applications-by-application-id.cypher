// Applications of a night, by their ids
//
// As `applications.cypher`, for some.
//
// Parameters
//   $plain   properties as they are  :param plain => ['applicationId', 'keyPhoneOwn']
//   $times   properties that are times  :param times => ['appliedAt']
//   $dates   properties that are dates  :param dates => []
//   $values  applicationIds  :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   plain  their values
//   times  microseconds since 1970
//   dates  days since 1970
UNWIND $values AS value
MATCH (n:Application {applicationId: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN [c IN $plain | n[c]] AS plain, [c IN $times | n[c].epochSeconds * 1000000 + n[c].microsecond] AS times,
       [c IN $dates | duration.inDays(date({year: 1970}), n[c]).days] AS dates

// Application: the first ones of a book
//
// What `load/application` does, into a graph that has no such node yet: nothing is looked up. A row is the same list.
//
// Parameters
//   $rows   one list a row, see there  :param rows => [[{applicationId: 'A1', phone: '13800002231'}, 1577836800, 0, 3652, null, null, 'Li *']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (n:Application)
SET n = r[0]
SET n += {
  appliedAt: CASE WHEN r[1] IS NOT NULL THEN datetime.fromepoch(r[1], r[2]) END,
  dateOfBirth: CASE WHEN r[3] IS NOT NULL THEN date({year: 1970}) + duration({days: r[3]}) END,
  labelTime: CASE WHEN r[4] IS NOT NULL THEN datetime.fromepoch(r[4], r[5]) END,
  caption: r[6],
  fromNight: $night
}

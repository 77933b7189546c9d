// Person: the first ones of a book
//
// What `load/person` does, into a graph that has no such node yet: nothing is looked up. A row is the same list.
//
// Parameters
//   $rows   one list a row, see there  :param rows => [['P-A1', 1577836800, 0, 1577836800, 0, 1, 0.5, 'Li *']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (n:Person {
  personId: r[0],
  firstAppliedAt: CASE WHEN r[1] IS NOT NULL THEN datetime.fromepoch(r[1], r[2]) END,
  lastAppliedAt: CASE WHEN r[3] IS NOT NULL THEN datetime.fromepoch(r[3], r[4]) END,
  applications: r[5],
  intent: r[6],
  caption: r[7],
  fromNight: $night
})

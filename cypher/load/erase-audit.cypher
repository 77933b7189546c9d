// Words of the log that go
//
// Parameters
//   $numbers  of entries  :param numbers => [1]
CYPHER replan=skip
UNWIND $numbers AS number
MATCH (a:Audit {number: number})
REMOVE a.about, a.why, a.salt

// CONFLICTS_WITH: applications that a rule would have joined and may not
//
// A row is a list: application_a, application_b, rule, reason.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['A1', 'A2', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Application {applicationId: r[0]})
MATCH (b:Application {applicationId: r[1]})
CREATE (a)-[:CONFLICTS_WITH {rule: r[2], reason: r[3], fromNight: $night}]->(b)

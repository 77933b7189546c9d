// CONFLICTS_WITH: what no longer holds
//
// A row is a list: application_a, application_b, rule, reason.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['A1', 'A2']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Application {applicationId: r[0]})
MATCH (b:Application {applicationId: r[1]})
MATCH (a)-[t:CONFLICTS_WITH]->(b) WHERE t.toNight IS NULL AND t.fromNight < $night AND t.rule = r[2] AND t.reason = r[3]
SET t.toNight = $night

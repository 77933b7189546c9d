// TIED: people who are tied
//
// A row is a list: person_a, person_b, probability, link_class, evidence, reasons.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'P-A2', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Person {personId: r[1]})
CREATE (a)-[:TIED {probability: r[2], class: r[3], evidence: r[4], reasons: r[5], fromNight: $night}]->(b)

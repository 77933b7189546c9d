// NEAR: people who share something within a few months
//
// What a later night must know of them. A row is a list: person_a, person_b, link_code, degree, prior, standing, kinds, keys, people: the last three
// say what the two share, value by value.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['P-A1', 'P-A2', 4788324, 3, -1.0, 15, ['phone'], ['+8613800002231'], [3]]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MATCH (a:Person {personId: r[0]})
MATCH (b:Person {personId: r[1]})
CREATE (a)-[:NEAR {code: r[2], degree: r[3], prior: r[4], standing: r[5], kinds: r[6], keys: r[7], people: r[8], fromNight: $night}]->(b)

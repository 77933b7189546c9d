// Around one person
//
// The person, what they share with others over identifiers that one person owns, and whom they are tied to, two steps far. Look at
// the graph view.
//
// Topic: people
// Parameters
//   $personId  the person  :param personId => 'P-B010002454'
// Columns
//   path  one path: a shared identifier with its other user, or a chain of one or two ties
MATCH (b:Book)
MATCH path = (:Person {personId: $personId})-[u:USES]->
             (:Phone|Device|IdNumber|BankCard|Email|Imei|Oaid|Idfa|AndroidId)<-[v:USES]-(:Person)
WHERE all(x IN [u, v] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN path
UNION
MATCH (b:Book)
MATCH path = (:Person {personId: $personId})-[:TIED*1..2]-(:Person)
WHERE all(x IN relationships(path) WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN path

// What ties these two
//
// Everything that two people have in common: the values that both gave, in which roles; a relation from outside; and what the
// engine makes of it all as a tie.
//
// Topic: people
// Parameters
//   $personA  one person     :param personA => 'P-A000000941'
//   $personB  the other one  :param personB => 'P-A000000942'
// Columns
//   by       identifier, relation or tie
//   kind     kind of identifier or relation, or the class of the tie in words
//   caption  the value, masked; empty where there is none
//   roleA    role in which the first one gave it
//   roleB    role in which the second one gave it
//   weight   people on the identifier, weight of the relation, probability of the tie
MATCH (b:Book)
MATCH (p:Person {personId: $personA})-[u:USES]->(i:Identifier)<-[v:USES]-(q:Person {personId: $personB})
WHERE all(x IN [u, v] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN 'identifier' AS by, i.kind AS kind, i.caption AS caption, u.role AS roleA, v.role AS roleB, toFloat(COUNT {
         MATCH (i)<-[w:USES]-(o:Person) WHERE w.fromNight <= b.night < coalesce(w.toNight, b.night + 1) RETURN DISTINCT o
       }) AS weight
ORDER BY weight, kind, roleA, roleB
UNION ALL
MATCH (b:Book)
MATCH (p:Person {personId: $personA})<-[y:BY]-(:Application)<-[:SOURCE|TARGET]-(r:Relation)
      -[:SOURCE|TARGET]->(:Application)-[z:BY]->(q:Person {personId: $personB})
WHERE p <> q AND all(x IN [y, z, r] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH r.kind AS kind, sum(r.weight) AS weight
RETURN 'relation' AS by, kind, null AS caption, null AS roleA, null AS roleB, weight
ORDER BY kind
UNION ALL
MATCH (b:Book)
MATCH (p:Person {personId: $personA})-[t:TIED]-(q:Person {personId: $personB})
WHERE t.fromNight <= b.night < coalesce(t.toNight, b.night + 1)
RETURN 'tie' AS by, t.class AS kind, null AS caption, null AS roleA, null AS roleB, t.probability AS weight

// One applicant's contact is another's own phone
//
// An inferred relation: A names B's own number as a contact. Said twice, in both directions, it is a ring of references.
//
// Topic: people
// Parameters
//   $limit  rows to show  :param limit => 50
// Columns
//   personA   names the number as a contact
//   personB   has it as an own number
//   role      contact1 or contact2
//   caption   the number, masked
//   mutual    does B name a number of A as well
//   gangA     gang of A; empty where there is none
//   gangB     gang of B; empty where there is none
MATCH (b:Book)
MATCH (p:Person)-[u:USES]->(i:Phone)<-[v:USES {role: 'own'}]-(q:Person)
WHERE u.role STARTS WITH 'contact' AND p <> q
  AND all(x IN [u, v] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN p.personId AS personA, q.personId AS personB, u.role AS role, i.caption AS caption,
       EXISTS {
         MATCH (q)-[w:USES]->(:Phone)<-[o:USES {role: 'own'}]-(p)
         WHERE w.role STARTS WITH 'contact' AND all(x IN [w, o] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
       } AS mutual,
       head(COLLECT {
         MATCH (p)-[m:IN_GANG]->(g:Gang) WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1)
         RETURN g.gangId ORDER BY g.gangId LIMIT 1
       }) AS gangA,
       head(COLLECT {
         MATCH (q)-[m:IN_GANG]->(g:Gang) WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1)
         RETURN g.gangId ORDER BY g.gangId LIMIT 1
       }) AS gangB
ORDER BY mutual DESC, personA, personB, role, i.key
LIMIT toInteger($limit)

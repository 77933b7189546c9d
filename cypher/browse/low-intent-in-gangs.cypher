// Flagged with a low intent of their own
//
// Members of gangs whose own fraud intent is not above T: the group's mean is. Recruited, misused, or caught by mistake: look here
// before a decision.
//
// Topic: people
// Parameters: none
// Columns
//   gangId      the gang
//   personId    the person
//   caption     masked
//   intent      own fraud intent
//   meanIntent  of the gang
//   threshold   T
//   strongest   probability of the person's strongest tie inside the gang
MATCH (b:Book)
MATCH (p:Person)-[m:IN_GANG]->(g:Gang)
WHERE g.status <> 'dissolved' AND p.intent <= g.threshold
  AND all(x IN [m, g] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN g.gangId AS gangId, p.personId AS personId, p.caption AS caption, p.intent AS intent, g.meanIntent AS meanIntent,
       g.threshold AS threshold, head(COLLECT {
         MATCH (p)-[t:TIED]-(:Person)-[n:IN_GANG]->(g)
         WHERE all(x IN [t, n] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
         RETURN t.probability ORDER BY t.probability DESC LIMIT 1
       }) AS strongest
ORDER BY intent, personId

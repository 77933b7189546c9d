// Around the confirmed gangs
//
// People in no gang who stand within two steps of one that an analyst confirmed: a direct tie, or one person between. Read them as
// leads; the engine itself flags nobody for standing near.
//
// Topic: gangs
// Parameters
//   $label  the decision to start from  :param label => 'confirmed'
// Columns
//   gangId       the gang
//   personId     the person near it
//   caption      masked
//   intent       own fraud intent; empty where unknown
//   steps        1 or 2
//   probability  best way there: product of the ties' probabilities
MATCH (b:Book)
MATCH (l:Label)
WHERE l.night <= b.night
WITH b, l ORDER BY l.at, l.label
WITH b, l.gangId AS gangId, last(collect(l.label)) AS decision
WHERE decision = $label
MATCH (g:Gang {gangId: gangId})<-[m:IN_GANG]-(p:Person)
WHERE all(x IN [g, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
MATCH path = (p)-[:TIED*1..2]-(q:Person)
WHERE all(x IN relationships(path) WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
  AND NOT EXISTS { (q)-[n:IN_GANG]->(:Gang) WHERE n.fromNight <= b.night < coalesce(n.toNight, b.night + 1) }
WITH gangId, q, min(length(path)) AS steps,
     max(reduce(product = 1.0, t IN relationships(path) | product * t.probability)) AS probability
RETURN gangId, q.personId AS personId, q.caption AS caption, q.intent AS intent, steps, round(probability, 6) AS probability
ORDER BY gangId, steps, probability DESC, personId

// Values that two gangs share
//
// Identifiers that members of several gangs use: one organiser behind two gangs leaves such a trace. Hubs are left out, and so are
// buildings and networks: they follow from addresses and IPs.
//
// Topic: identifiers
// Parameters
//   $people  at most so many people on the value  :param people => 50
// Columns
//   kind     kind of identifier
//   caption  masked
//   gangs    the gangs
//   members  their members on it
//   people   all people on it
MATCH (b:Book)
MATCH (g:Gang)<-[m:IN_GANG]-(p:Person)-[u:USES]->(i:Identifier)
WHERE g.status <> 'dissolved'
  AND all(x IN [g, m, u] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
  AND NOT EXISTS { (i)<-[:IS]-(h:Hub) WHERE h.fromNight <= b.night < coalesce(h.toNight, b.night + 1) }
WITH b, i, g, p ORDER BY g.gangId
WITH b, i, collect(DISTINCT g.gangId) AS gangs, count(DISTINCT p) AS members
WHERE size(gangs) > 1
WITH i, gangs, members, COUNT {
  MATCH (i)<-[w:USES]-(o:Person) WHERE w.fromNight <= b.night < coalesce(w.toNight, b.night + 1) RETURN DISTINCT o
} AS people
WHERE people <= $people
RETURN i.kind AS kind, i.caption AS caption, gangs, members, people
ORDER BY size(gangs) DESC, people, kind, i.key

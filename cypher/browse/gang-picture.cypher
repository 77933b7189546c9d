// This gang as a picture
//
// The gang with its people, the identifiers that hold it together and the ties between its people. Look at the graph view.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   path  one path: a member, a shared identifier with who uses it, a shared building or network, or two tied members
MATCH (b:Book)
MATCH path = (g:Gang {gangId: $gangId})<-[m:IN_GANG]-(:Person)
WHERE all(x IN [g, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN path
UNION
MATCH (b:Book)
MATCH path = (g:Gang {gangId: $gangId})-[s:SHARES]->(:Identifier)<-[u:USES]-(p:Person)
WHERE all(x IN [g, s, u] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
  AND EXISTS { (p)-[m:IN_GANG]->(g) WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1) }
RETURN path
UNION
MATCH (b:Book)
MATCH path = (g:Gang {gangId: $gangId})-[s:SHARES]->(:Building|Ip24|Ip16)
WHERE all(x IN [g, s] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN path
UNION
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})<-[m:IN_GANG]-(p:Person)
MATCH path = (p)-[t:TIED]->(q:Person)
WHERE all(x IN [g, m, t] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
  AND EXISTS { (q)-[n:IN_GANG]->(g) WHERE n.fromNight <= b.night < coalesce(n.toNight, b.night + 1) }
RETURN path

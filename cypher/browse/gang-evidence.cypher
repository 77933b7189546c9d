// What holds this gang together
//
// The values that its members share, those of most members and fewest outsiders first.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   kind     kind of identifier
//   caption  masked
//   members  people of the gang who use it
//   others   people outside the gang who use it too
//   roles    in which roles the members gave it; none where it follows from a finer value, as a building does from an address
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})-[s:SHARES]->(i:Identifier)
WHERE all(x IN [g, s] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN i.kind AS kind, i.caption AS caption, s.members AS members, s.others AS others,
       COLLECT {
         MATCH (g)<-[m:IN_GANG]-(:Person)-[u:USES]->(i)
         WHERE all(x IN [m, u] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
         RETURN DISTINCT u.role AS role ORDER BY role
       } AS roles
ORDER BY members DESC, others, kind, i.key

// This gang as of a night
//
// Its members as they were known at the end of an earlier night, with the figures that the gang had then.
//
// Topic: gangs
// Parameters
//   $gangId  the gang             :param gangId => 'G-A000000941'
//   $night   number of the night  :param night => 1
// Columns
//   gangId      the gang
//   grade       then
//   status      then
//   meanIntent  then
//   members     people in it then
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})
OPTIONAL MATCH (v:GangVersion {gangId: $gangId})
WITH b, g, [x IN [g] + collect(v) WHERE x.fromNight <= $night < coalesce(x.toNight, b.night + 1)] AS rows
UNWIND rows AS then
RETURN g.gangId AS gangId, then.grade AS grade, then.status AS status, then.meanIntent AS meanIntent, COLLECT {
         MATCH (g)<-[m:IN_GANG]-(p:Person) WHERE m.fromNight <= $night < coalesce(m.toNight, b.night + 1)
         RETURN p.personId ORDER BY p.personId
       } AS members

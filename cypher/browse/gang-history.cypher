// A gang's history
//
// What happened to it night by night: born, grown, shrunk, merged, split, dissolved, and the application that caused it.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   night             number of the night
//   event             what happened
//   fromIds           other gangs that took part in it
//   causeApplication  the application that caused it
//   causedAt          when that application was made
//   members           people in the gang after that night
MATCH (b:Book)
MATCH (e:GangEvent)-[:OF]->(g:Gang {gangId: $gangId})
WHERE e.night <= b.night
RETURN e.night AS night, e.event AS event, e.fromIds AS fromIds, e.causeApplication AS causeApplication,
       head(COLLECT { MATCH (a:Application {applicationId: e.causeApplication}) RETURN a.appliedAt }) AS causedAt,
       COUNT { MATCH (g)<-[m:IN_GANG]-(:Person) WHERE m.fromNight <= e.night < coalesce(m.toNight, b.night + 1) } AS members
ORDER BY night, event, causeApplication

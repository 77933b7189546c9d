// The nights of this book
//
// Every batch that was applied: what it brought and what happened to gangs.
//
// Topic: book
// Parameters: none
// Columns
//   night         1, 2, ...
//   command       what was run
//   applications  applications that came with it
//   gangEvents    what happened to gangs in it
MATCH (b:Book)
MATCH (n:Night)
WHERE n.night <= b.night
RETURN n.night AS night, n.command AS command,
       COUNT {
         MATCH (a:Application) WHERE a.fromNight = n.night
           AND NOT EXISTS { MATCH (v:ApplicationVersion {applicationId: a.applicationId}) WHERE v.fromNight < n.night }
       } AS applications,
       COUNT { MATCH (e:GangEvent) WHERE e.night = n.night } AS gangEvents
ORDER BY night

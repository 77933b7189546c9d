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
CALL (b) {
  MATCH (a:Application) WHERE a.fromNight <= b.night RETURN a.applicationId AS id, a.fromNight AS night
  UNION ALL
  MATCH (v:ApplicationVersion) WHERE v.fromNight <= b.night RETURN v.applicationId AS id, v.fromNight AS night
}
WITH b, id, min(night) AS first
WITH b, first, count(*) AS many
WITH b, collect({night: first, many: many}) AS brought
MATCH (n:Night)
WHERE n.night <= b.night
RETURN n.night AS night, n.command AS command,
       coalesce(head([one IN brought WHERE one.night = n.night | one.many]), 0) AS applications,
       COUNT { MATCH (e:GangEvent) WHERE e.night = n.night } AS gangEvents
ORDER BY night

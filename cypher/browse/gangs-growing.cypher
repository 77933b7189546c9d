// Gangs that grow fastest
//
// People who joined within the last days of the book: counted back from the newest application, never from today.
//
// Topic: gangs
// Parameters
//   $days  how many days back  :param days => 30
// Columns
//   gangId   the gang
//   grade    A (worst) to D
//   members  people
//   joined   of them, people whose first application lies within these days
MATCH (b:Book)
MATCH (a:Application)
WHERE a.fromNight <= b.night < coalesce(a.toNight, b.night + 1)
WITH b, max(a.appliedAt) AS newest
WITH b, newest - duration({days: $days}) AS since
MATCH (g:Gang)<-[m:IN_GANG]-(p:Person)
WHERE g.status <> 'dissolved' AND p.firstAppliedAt > since
  AND all(x IN [g, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH g, count(p) AS joined
RETURN g.gangId AS gangId, g.grade AS grade, g.members AS members, joined
ORDER BY joined DESC, gangId

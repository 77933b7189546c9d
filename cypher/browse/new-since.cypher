// New since a date
//
// Gangs that got applications since the moment: new ones, all of whose applications are younger, and older ones that grew.
//
// Topic: gangs
// Parameters
//   $since  from when on  :param since => datetime('2020-01-22T00:00+08:00')
// Columns
//   gangId        the gang
//   grade         A (worst) to D
//   kind          new or grown
//   applications  applications since then
//   people        people who made them
//   amount        sum of them; empty where none is known
//   lastAppliedAt  newest application
MATCH (b:Book)
MATCH (g:Gang)<-[m:IN_GANG]-(p:Person)<-[y:BY]-(a:Application)
WHERE g.status <> 'dissolved' AND a.appliedAt >= $since
  AND all(x IN [g, m, y] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH g, count(a) AS applications, count(DISTINCT p) AS people, sum(a.amount) AS amount, count(a.amount) AS known,
     max(a.appliedAt) AS lastAppliedAt
RETURN g.gangId AS gangId, g.grade AS grade, CASE WHEN g.firstAppliedAt >= $since THEN 'new' ELSE 'grown' END AS kind,
       applications, people, CASE WHEN known > 0 THEN round(amount, 2) END AS amount, lastAppliedAt
ORDER BY kind DESC, applications DESC, gangId

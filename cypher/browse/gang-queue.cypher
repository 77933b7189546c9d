// The gang queue
//
// Every gang that is over the line now, worst grade first, and within a grade the one with most money at stake. The decision is
// the latest label of the gang, or of one that it took in.
//
// Topic: gangs
// Parameters
//   $grades  grades to show, A (worst) to D  :param grades => ['A', 'B', 'C', 'D']
// Columns
//   gangId        the gang
//   grade         A (worst) to D
//   status        what last night did to it: new, grown, shrunk, merged, split, unchanged
//   decision      open, confirmed, suspicious or dismissed
//   members       people
//   applications  their applications
//   amount        sum of the applications, in the book's own currency
//   meanIntent    mean fraud intent of the members whose intent is known
//   threshold     T, which the mean had to pass
//   firstAppliedAt  first application
//   lastAppliedAt   newest application
MATCH (b:Book)
WITH b, COLLECT {
  MATCH (e:GangEvent {event: 'merged'}) WHERE e.night <= b.night RETURN e ORDER BY e.night DESC
} AS mergers
MATCH (g:Gang)
WHERE g.fromNight <= b.night < coalesce(g.toNight, b.night + 1)
  AND g.status <> 'dissolved' AND g.grade IN $grades
// Backwards through the nights: what this gang took in, and what that had taken in before.
WITH b, g, reduce(
  names = [g.gangId], e IN mergers | CASE WHEN e.gangId IN names THEN names + split(e.fromIds, ';') ELSE names END
) AS names
WITH g, head(COLLECT {
  MATCH (l:Label) WHERE l.gangId IN names AND l.night <= b.night RETURN l.label ORDER BY l.position DESC LIMIT 1
}) AS label
RETURN g.gangId AS gangId, g.grade AS grade, g.status AS status, coalesce(label, 'open') AS decision,
       g.members AS members, g.applications AS applications, g.amount AS amount,
       g.meanIntent AS meanIntent, g.threshold AS threshold,
       g.firstAppliedAt AS firstAppliedAt, g.lastAppliedAt AS lastAppliedAt
ORDER BY grade, coalesce(amount, 0.0) DESC, gangId

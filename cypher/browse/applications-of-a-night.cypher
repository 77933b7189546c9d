// Flagged applications of one night
//
// Applications that came with the batch and whose applicant is in a gang now, worst first.
//
// Topic: book
// Parameters
//   $night  number of the night  :param night => 1
// Columns
//   applicationId  the application
//   appliedAt      when
//   personId       by whom
//   gangId         the gang
//   grade          A (worst) to D
//   amount         asked for
//   channel        through which channel
MATCH (b:Book)
MATCH (a:Application)-[y:BY]->(p:Person)-[m:IN_GANG]->(g:Gang)
WHERE a.fromNight >= $night AND g.status <> 'dissolved'
  AND all(x IN [y, m, g] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH a, p, g, head(COLLECT { MATCH (v:ApplicationVersion {applicationId: a.applicationId}) RETURN min(v.fromNight) }) AS corrected
WHERE coalesce(corrected, a.fromNight) = $night
RETURN a.applicationId AS applicationId, a.appliedAt AS appliedAt, p.personId AS personId, g.gangId AS gangId, g.grade AS grade,
       a.amount AS amount, a.channel AS channel
ORDER BY grade, gangId, appliedAt, applicationId

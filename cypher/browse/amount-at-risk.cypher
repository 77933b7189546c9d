// Money at risk by grade
//
// What the gangs of each grade asked for in all.
//
// Topic: gangs
// Parameters: none
// Columns
//   grade         A (worst) to D
//   gangs         how many
//   people        in them
//   applications  of them
//   amount        sum of the applications, in the book's own currency
//   largest       the gang that asks for most
MATCH (b:Book)
MATCH (g:Gang)
WHERE g.status <> 'dissolved' AND g.fromNight <= b.night < coalesce(g.toNight, b.night + 1)
WITH g ORDER BY coalesce(g.amount, 0.0) DESC, g.gangId
RETURN g.grade AS grade, count(g) AS gangs, sum(g.members) AS people, sum(g.applications) AS applications,
       round(sum(g.amount), 2) AS amount, head(collect(g.gangId)) AS largest
ORDER BY grade

// What ties people in this book
//
// The classes of ties, strongest first: what two people share, how probable a gang pair that makes them, and on how many pairs of
// the book that was measured.
//
// Topic: rule
// Parameters
//   $limit  rows to show  :param limit => 25
// Columns
//   class        what the two share, in words
//   probability  that such a pair is a gang pair (mean over its ties)
//   ties         ties of this class
//   inGangs      of them, ties between two people of one gang
//   evidence     pairs that the class was measured on
MATCH (b:Book)
MATCH (p:Person)-[t:TIED]->(q:Person)
WHERE t.fromNight <= b.night < coalesce(t.toNight, b.night + 1)
WITH t, EXISTS {
  MATCH (p)-[m:IN_GANG]->(:Gang)<-[n:IN_GANG]-(q)
  WHERE all(x IN [m, n] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
} AS inside
RETURN t.class AS class, round(avg(t.probability), 4) AS probability, count(t) AS ties, sum(CASE WHEN inside THEN 1 ELSE 0 END) AS inGangs,
       max(t.evidence) AS evidence
ORDER BY probability DESC, ties DESC, class
LIMIT toInteger($limit)

// Conflicts of identity
//
// Applications that a rule would have joined to one person, and why it did not: the same card under two valid ID numbers, and such.
//
// Topic: book
// Parameters
//   $limit  rows to show  :param limit => 50
// Columns
//   applicationA  one application
//   applicationB  the other one
//   rule          the rule that would have joined them
//   reason        why it did not
//   personA       applicant of the first
//   personB       applicant of the second
MATCH (b:Book)
MATCH (p:Person)<-[y:BY]-(s:Application)-[c:CONFLICTS_WITH]->(t:Application)-[z:BY]->(q:Person)
WHERE all(x IN [y, c, z] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
RETURN s.applicationId AS applicationA, t.applicationId AS applicationB, c.rule AS rule, c.reason AS reason,
       p.personId AS personA, q.personId AS personB
ORDER BY rule, applicationA, applicationB
LIMIT toInteger($limit)

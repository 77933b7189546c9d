// Where a gang lives and works
//
// Employers, their phones and addresses, homes and buildings that two members or more gave, and how many others gave them too: a
// made-up employer has nobody else.
//
// Topic: identifiers
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000955'
// Columns
//   kind     employer, employer_phone, employer_address, address or postcode
//   caption  masked
//   members  people of the gang who gave it
//   others   people outside the gang who gave it
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})<-[m:IN_GANG]-(p:Person)-[u:USES]->
      (i:Employer|EmployerPhone|EmployerAddress|Address|Postcode)
WHERE all(x IN [g, m, u] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH b, i, count(DISTINCT p) AS members
WHERE members > 1
RETURN i.kind AS kind, i.caption AS caption, members, COUNT {
         MATCH (i)<-[w:USES]-(o:Person) WHERE w.fromNight <= b.night < coalesce(w.toNight, b.night + 1) RETURN DISTINCT o
       } - members AS others
ORDER BY members DESC, others, kind, i.key

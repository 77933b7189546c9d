// Shared values by kind
//
// How many values of each kind two people or more have, how many people stand on them, and how many are hubs: what this book can
// find gangs by. Buildings and networks, whose uses are not drawn, are not counted: they follow from addresses and IPs.
//
// Topic: book
// Parameters: none
// Columns
//   kind     kind of identifier
//   values   values that two people or more have
//   largest  most people on one of them
//   hubs     of them, values over their kind's cap
MATCH (b:Book)
MATCH (i:Identifier)<-[u:USES]-(p:Person)
WHERE u.fromNight <= b.night < coalesce(u.toNight, b.night + 1)
WITH b, i, count(DISTINCT p) AS people
RETURN i.kind AS kind, count(i) AS values, max(people) AS largest, sum(CASE WHEN EXISTS {
         (i)<-[:IS]-(h:Hub) WHERE h.fromNight <= b.night < coalesce(h.toNight, b.night + 1)
       } THEN 1 ELSE 0 END) AS hubs
ORDER BY values DESC, kind

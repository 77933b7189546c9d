MATCH (p:Person) WHERE p.community IS NOT NULL
WITH p.community AS community, count(*) AS members, avg(p.intent) AS mean
WHERE members >= 3 AND mean > $threshold
MATCH (p:Person {community: community})<-[:BY]-(a:Application)
RETURN a.id AS application

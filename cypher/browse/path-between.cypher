// The shortest way between two applicants
//
// Every shortest chain from one to the other over ties and over identifiers that one person owns: phones, devices, ID numbers,
// cards, e-mails. Places, employers and networks are left out, they connect everybody with everybody.
//
// Topic: people
// Parameters
//   $applicationA  from  :param applicationA => 'A000000941'
//   $applicationB  to    :param applicationB => 'A000000957'
// Columns
//   steps  relationships on the way
//   path   the way, for the graph view
MATCH (b:Book)
MATCH (:Application {applicationId: $applicationA})-[y:BY]->(p:Person)
MATCH (:Application {applicationId: $applicationB})-[z:BY]->(q:Person)
WHERE p <> q AND all(x IN [y, z] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
MATCH path = ALL SHORTEST (p)
  (()-[r:TIED|USES WHERE r.fromNight <= b.night < coalesce(r.toNight, b.night + 1)]-
   (:Person|Phone|Device|IdNumber|BankCard|Email|Imei|Oaid|Idfa|AndroidId)){1,8} (q)
RETURN length(path) AS steps, path

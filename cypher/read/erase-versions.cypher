// What applications were before
//
// Parameters
//   $applications  application ids  :param applications => ['A1']
//
// Columns
//   row  properties of a copy
CYPHER replan=skip
MATCH (n:ApplicationVersion) WHERE n.applicationId IN $applications
RETURN properties(n) AS row

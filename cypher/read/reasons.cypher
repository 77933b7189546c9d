// Reasons of a night
//
// Every MEMBER_OF that held then.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   person_id  person id
//   reasons    codes joined by ; from the closed table in `fraudgraph.evidence.reasons`
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.reasons IS NOT NULL
RETURN DISTINCT a.personId AS person_id, t.reasons AS reasons

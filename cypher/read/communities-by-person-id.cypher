// Communities of a night, by person_id
//
// As `communities.cypher`, for some.
//
// Parameters
//   $values  person_id               :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  community_id, person_id
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Person {personId: value})
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND b.communityId <> ''
RETURN collect([b.communityId, a.personId]) AS rows

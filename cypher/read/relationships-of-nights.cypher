// Relationships that hold from a night to an earlier one
//
// Of every type: there must be none.
//
// Parameters
//   $last  the last whole night  :param last => 3
//
// Columns
//   label   type of the relationships
//   broken  how many
CYPHER replan=skip
MATCH ()-[t:BY|USES|TIED|MEMBER_OF|JUDGED_AS|IN_GANG|SHARES|CONFLICTS_WITH|NEAR]->()
WHERE t.fromNight IS NULL OR t.fromNight > $last OR t.fromNight < 1 OR t.toNight <= t.fromNight OR t.toNight > $last
RETURN type(t) AS label, count(*) AS broken ORDER BY label

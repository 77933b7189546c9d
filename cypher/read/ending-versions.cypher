// Applications of a night whose values end like this, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $slots   lists: kind, role, the key's property, the caption's property  :param slots => [['phone', 'own', 'keyPhoneOwn', 'phone']]
//   $ending  the last characters                                            :param ending => '2231'
//   $night   the night that is read                                         :param night => 3
//
// Columns
//   row  application_id, kind, key, role, used_at (microseconds since 1970)
CYPHER replan=skip
MATCH (n:ApplicationVersion) WHERE n.toNight > $night AND n.fromNight <= $night
WITH properties(n) AS m
UNWIND $slots AS s
WITH m, s WHERE CASE WHEN m[s[2]] STARTS WITH '~' AND size(m[s[2]]) = 27 THEN m[s[3]] ELSE m[s[2]] END ENDS WITH $ending
RETURN [m.applicationId, s[0], m[s[2]], s[1], m.appliedAt.epochMillis * 1000 + m.appliedAt.microsecond % 1000] AS row

// Persons of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   person_id         person id
//   first_applied_at  microseconds since 1970
//   last_applied_at   microseconds since 1970
//   applications      applications
//   intent            mean over the person's applications; null where unknown
MATCH (n:PersonVersion) WHERE n.toNight > $night AND n.fromNight <= $night
RETURN n.personId AS person_id,
       n.firstAppliedAt.epochSeconds * 1000000 + n.firstAppliedAt.microsecond AS first_applied_at,
       n.lastAppliedAt.epochSeconds * 1000000 + n.lastAppliedAt.microsecond AS last_applied_at,
       n.applications AS applications,
       n.intent AS intent

// Relations of a night, by source
//
// As `relations.cypher`, for some.
//
// Parameters
//   $values  source  :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   source      application_id
//   target      application_id; source < target, undirected, one row per (source, target, kind, applied_at)
//   kind        relative, transfer, call, guarantor, ...
//   weight      above 0; repeats added up
//   applied_at  microseconds since 1970; null: always
UNWIND $values AS value
MATCH (n:Relation {source: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.source AS source, n.target AS target, n.kind AS kind, n.weight AS weight, n.appliedAt.epochSeconds * 1000000 + n.appliedAt.microsecond AS applied_at

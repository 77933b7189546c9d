// What happened to gangs
//
// Up to a night, oldest first; of one gang where one is named.
//
// Parameters
//   $gang   a gang; null: all           :param gang => null
//   $base   the night before the first  :param base => 0
//   $night  the night that is read      :param night => 3
//
// Columns
//   night              when
//   gang_id            the gang
//   event              what
//   from_ids           other gangs
//   cause_application  why
CYPHER replan=skip
MATCH (e:GangEvent) WHERE $base < e.night <= $night AND ($gang IS NULL OR e.gangId = $gang)
RETURN e.night AS night, e.gangId AS gang_id, e.event AS event, e.fromIds AS from_ids, e.causeApplication AS cause_application
ORDER BY e.night, e.position

// What happened to gangs, of every night
//
// Columns
//   night              as the graph numbers it
//   position           in the night
//   gang_id            the gang
//   event              what
//   from_ids           other gangs
//   cause_application  why
CYPHER replan=skip
MATCH (e:GangEvent)
RETURN e.night AS night, e.position AS position, e.gangId AS gang_id, e.event AS event, e.fromIds AS from_ids,
       e.causeApplication AS cause_application
ORDER BY e.night, e.position

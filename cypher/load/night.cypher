// The flip: the night holds from here on
//
// In the last transaction, after the rows of nodes that were there already. `base` is the night before the book's first: above 0 where the
// book was started afresh, whose older rows are swept away afterwards.
//
// Parameters
//   $night       the night that is written                  :param night => 3
//   $base        the night before the first one             :param base => 0
//   $generation  names the book until it is started afresh  :param generation => '4f1c'
//   $sweep       is there an older book to sweep away       :param sweep => false
//   $digest      of what came in                            :param digest => '00ff'
//   $command     that made it                               :param command => 'run'
//   $knownAt     when, ISO 8601                             :param knownAt => '2026-11-23T08:00:00+00:00'
//   $summary     JSON                                       :param summary => '{}'
//   $documents   lists of kind, name, JSON                  :param documents => [['calibration', 'c1', '{}']]
//   $settings    lists of key, JSON                         :param settings => [['seed', '1']]
//   $slots       new columns of keys                        :param slots => ['phone.own']
//
// Columns
//   night  that holds now
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.night = $night, b.base = $base, b.generation = $generation
REMOVE b.pending, b.erasing
FOREACH (_ IN CASE WHEN $sweep THEN [1] ELSE [] END | SET b.sweep = true)
CREATE (:Night {night: $night, digest: $digest, command: $command, knownAt: $knownAt, summary: $summary})
FOREACH (d IN $documents | CREATE (:Document {kind: d[0], name: d[1], document: d[2], fromNight: $night}))
FOREACH (s IN $settings | CREATE (:Setting {key: s[0], value: s[1], fromNight: $night}))
FOREACH (s IN $slots | CREATE (:Slot {slot: s, fromNight: $night}))
RETURN b.night AS night

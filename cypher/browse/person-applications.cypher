// One person over time
//
// Every application of the person, how it was found to be theirs, and what was asked for.
//
// Topic: people
// Parameters
//   $personId  the person  :param personId => 'P-B010002454'
// Columns
//   appliedAt      when
//   applicationId  the application
//   how            the rule that joined it to the person; first for the first one
//   channel        through which channel
//   product        what for
//   amount         asked for
//   fraudIntent    intent of this application
//   knownSince     the night that brought it, or its newest correction
MATCH (b:Book)
MATCH (a:Application)-[y:BY]->(:Person {personId: $personId})
WHERE y.fromNight <= b.night < coalesce(y.toNight, b.night + 1)
RETURN a.appliedAt AS appliedAt, a.applicationId AS applicationId, y.how AS how, a.channel AS channel, a.product AS product,
       a.amount AS amount, a.fraudIntent AS fraudIntent, a.fromNight AS knownSince
ORDER BY appliedAt, applicationId

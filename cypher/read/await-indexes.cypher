// Wait until every index is filled
//
// Seconds; more than any book needs.
CALL db.awaitIndexes(3600)

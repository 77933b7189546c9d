// From model 2 to model 3
//
// Of people who share something it is told what came of it (standing), no longer whether the two are kept together. What the runs that follow
// write has it; the book is judged anew before.
MATCH ()-[t:NEAR]->() CALL (t) { REMOVE t.kept } IN TRANSACTIONS OF 10000 ROWS;
MATCH (b:Book {id: 'book'}) SET b.format = 3

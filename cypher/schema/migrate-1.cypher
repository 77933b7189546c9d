// From model 1 to model 2
//
// Hubs are known by the time from which they were one, not by their crowds. What the nights that follow write has it; the book is judged
// anew before, for crowds are counted otherwise.
MATCH (n:HubWindow) REMOVE n.people;
MATCH (b:Book {id: 'book'}) SET b.format = 2

// The ordinary model: people and what they use.
CREATE CONSTRAINT person IF NOT EXISTS FOR (n:Person) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT application IF NOT EXISTS FOR (n:Application) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT identifier IF NOT EXISTS FOR (n:Identifier) REQUIRE n.key IS UNIQUE;

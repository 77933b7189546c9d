// What is unique in a book
//
// Before anything else: loading looks nodes up by these.
CREATE CONSTRAINT book_id IF NOT EXISTS FOR (n:Book) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT lease_id IF NOT EXISTS FOR (n:Lease) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT counter_id IF NOT EXISTS FOR (n:Counter) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT night_night IF NOT EXISTS FOR (n:Night) REQUIRE n.night IS UNIQUE;
CREATE CONSTRAINT application_id IF NOT EXISTS FOR (n:Application) REQUIRE n.applicationId IS UNIQUE;
CREATE CONSTRAINT person_id IF NOT EXISTS FOR (n:Person) REQUIRE n.personId IS UNIQUE;
CREATE CONSTRAINT community_id IF NOT EXISTS FOR (n:Community) REQUIRE n.communityId IS UNIQUE;
CREATE CONSTRAINT gang_id IF NOT EXISTS FOR (n:Gang) REQUIRE n.gangId IS UNIQUE;
CREATE CONSTRAINT identifier_key IF NOT EXISTS FOR (n:Identifier) REQUIRE (n.kind, n.key) IS UNIQUE;
CREATE CONSTRAINT long_text_token IF NOT EXISTS FOR (n:LongText) REQUIRE n.token IS UNIQUE;
CREATE CONSTRAINT audit_number IF NOT EXISTS FOR (n:Audit) REQUIRE n.number IS UNIQUE;
CREATE CONSTRAINT purged_token IF NOT EXISTS FOR (n:Purged) REQUIRE n.token IS UNIQUE;

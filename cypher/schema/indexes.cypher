// What a book is looked up by
//
// Small ones, from the start.
CREATE INDEX application_version_until IF NOT EXISTS FOR (n:ApplicationVersion) ON (n.toNight);
CREATE INDEX application_version_replaced IF NOT EXISTS FOR (n:ApplicationVersion) ON (n.replacedAt);
CREATE INDEX person_version_until IF NOT EXISTS FOR (n:PersonVersion) ON (n.toNight);
CREATE INDEX person_version_replaced IF NOT EXISTS FOR (n:PersonVersion) ON (n.replacedAt);
CREATE INDEX community_version_until IF NOT EXISTS FOR (n:CommunityVersion) ON (n.toNight);
CREATE INDEX community_version_replaced IF NOT EXISTS FOR (n:CommunityVersion) ON (n.replacedAt);
CREATE INDEX gang_version_until IF NOT EXISTS FOR (n:GangVersion) ON (n.toNight);
CREATE INDEX gang_version_replaced IF NOT EXISTS FOR (n:GangVersion) ON (n.replacedAt);
CREATE INDEX hub_key IF NOT EXISTS FOR (n:Hub) ON (n.key);
CREATE INDEX hub_window_key IF NOT EXISTS FOR (n:HubWindow) ON (n.key);
CREATE INDEX placeholder_key IF NOT EXISTS FOR (n:Placeholder) ON (n.key);
CREATE INDEX relation_source IF NOT EXISTS FOR (n:Relation) ON (n.source);
CREATE INDEX relation_target IF NOT EXISTS FOR (n:Relation) ON (n.target);
CREATE INDEX gang_event_night IF NOT EXISTS FOR (n:GangEvent) ON (n.night);
CREATE INDEX batch_rows_night IF NOT EXISTS FOR (n:BatchRows) ON (n.night, n.table);
CREATE INDEX label_call IF NOT EXISTS FOR (n:Label) ON (n.call);
CREATE INDEX label_gang IF NOT EXISTS FOR (n:Label) ON (n.gangId);

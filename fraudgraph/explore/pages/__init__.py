"""The pages' templates, their style and their script. Every value is escaped by the template engine."""

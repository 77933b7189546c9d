"""Why two people are tied, and why a group is called a gang."""

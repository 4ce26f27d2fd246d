"""What leaves the archive: web archives, bags, tables, replication zips and citations."""

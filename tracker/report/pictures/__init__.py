"""Pictures of a report, for print: the largest moves, maps, ranks and shares over sessions."""

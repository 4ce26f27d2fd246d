"""Git as it is run here: which program, on which repository, under which configuration."""

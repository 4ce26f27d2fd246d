"""What users and mirrors give: files, TOML, JSON and XML, held to bounds before they are parsed."""

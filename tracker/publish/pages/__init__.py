"""The pages, a module for each: what it shows, and what it rests on."""

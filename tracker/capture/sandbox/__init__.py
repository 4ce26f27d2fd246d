"""Documents of strangers are read in processes of their own, which may die or never end without harm."""

"""Renderers, one a module: a report on a terminal, as Markdown, HTML and LaTeX; both texts as DOCX and TEI."""

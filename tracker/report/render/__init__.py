"""Renderers, one a module: reports on a terminal, as Markdown, HTML, LaTeX; both texts as DOCX and TEI."""

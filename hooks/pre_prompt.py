"""Put the template where Cookiecutter looks for it, in its own copy of this repository.

The link at the root does that where links exist; on Windows and in archives it arrives as a text file.
"""

from pathlib import Path

link = Path("{{ cookiecutter.project_slug }}")
if not link.is_dir():
    link.unlink(missing_ok=True)
    Path("template").rename(link)

"""Remove the folders that no answer filled, and say what comes next."""

from pathlib import Path

for folder in sorted((path for path in Path().rglob("*") if path.is_dir()), reverse=True):
    if not any(folder.iterdir()):
        folder.rmdir()
print("The project stands in {{ cookiecutter.project_slug }}. Next:\n")
print("    cd {{ cookiecutter.project_slug }}")
print('    git init && git add --all && git commit --message "Start"')
print("    make setup train")

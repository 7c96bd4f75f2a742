"""A progress bar for a person who waits more than a second."""

from __future__ import annotations

from threading import Lock, Timer

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID
    from typing_extensions import Self

_PATIENCE = 1.0


class Progress:
    """Shows nothing until the patience of a person ends, then a bar that vanishes at the end."""

    def __init__(self, *, forks: bool) -> None:
        """Wait in a thread, unless processes fork: then look only when told of progress."""
        self._lock = Lock()
        self.bar: Bar | None = None
        self._task: TaskID | None = None
        self._state = (0, 1, "reading files")
        self._due = False
        self._over = False
        self._forks = forks
        self._timer = Timer(_PATIENCE, self.wake)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Start to wait."""
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self.bar is not None:
                self.bar.stop()

    def show(self, done: int, total: int, title: str) -> None:
        """Say how far the work is."""
        with self._lock:
            self._state = (done, total, title)
            if self._due and self.bar is None:
                self._start()
            if self.bar is not None and self._task is not None:
                self.bar.update(self._task, completed=done, total=total, description=title)

    def wake(self) -> None:
        """Show the bar from now on, unless the work is over."""
        with self._lock:
            self._due = True
            if not self._forks and not self._over:
                self._start()

    def _start(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        columns = (TextColumn("{task.description:30}"), BarColumn(), TimeElapsedColumn())
        self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
        done, total, title = self._state
        self._task = self.bar.add_task(title, completed=done, total=total)
        self.bar.start()

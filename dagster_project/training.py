"""Runs a stage of udf/train where torch is, and passes on what it says."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import dagster as dg

from dagster_project.processes import end, hearing

CLONE = Path(__file__).resolve().parent.parent
NEEDED = ("torch", "gguf", "matplotlib")
# Training answers SIGTERM with a checkpoint, after the step that it is at.
PATIENCE_SECONDS = 60.0


class Training(dg.ConfigurableResource):  # type: ignore[type-arg]
    """An interpreter that has torch, and the folder in which a run of training grows."""

    python: str
    folder: str

    def run(self) -> Path:
        """The run's folder."""
        return Path(self.folder)

    def check(self) -> None:
        """Raises Failure where the interpreter lacks what training needs."""
        missing = f"import importlib.util as u; print(*[name for name in {NEEDED!r} if not u.find_spec(name)])"
        try:
            found = subprocess.run([self.python, "-c", missing], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise dg.Failure(f"{self.python} is no Python that runs ({error}): set TILLROLL_TRAINING_PYTHON.") from None
        if found.stdout.strip():
            raise dg.Failure(
                f"Training needs {found.stdout.strip().replace(' ', ', ')}, and {self.python} lacks it: run "
                "`make train-setup`, or set TILLROLL_TRAINING_PYTHON to an interpreter that has it."
            )

    def follow(self, stage: str, *arguments: str | Path) -> Generator[str, None, None]:
        """Run ``python -m udf.train.<stage>`` in the clone and yield its lines as they come.

        Who stops listening ends the stage by SIGTERM, and by SIGKILL where that is ignored. Raises Failure with the
        last lines where the stage fails.
        """
        last: list[str] = []
        process = subprocess.Popen(
            hearing(self.python, "-m", f"udf.train.{stage}", *arguments),
            cwd=CLONE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            for line in process.stdout or ():
                last = [*last[-14:], line.rstrip()]
                yield line.rstrip()
            process.wait()
        finally:
            end(process, PATIENCE_SECONDS)
            if process.stdout:
                process.stdout.close()
        if process.returncode:
            raise dg.Failure(f"udf.train.{stage} ended with {process.returncode}:\n" + "\n".join(last))

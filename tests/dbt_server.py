"""dbt in a process that stays: loading dbt and its project costs more than building a small Gold.

python dbt_server.py <target folder> [arguments of every call]

One JSON list of arguments a line on stdin, one JSON answer a line. `parse` reads the project again.
"""

import contextlib
import io
import json
import sys

from dbt.cli.main import dbtRunner


def serve(target: str, always: list[str]) -> None:
    """Answer until stdin ends."""
    # Its log, of which each statement is a part, costs a sixth of all that dbt does.
    quiet = ["--log-path", target, "--log-level-file", "none"]
    places = ["--project-dir", ".", "--profiles-dir", ".", "--target-path", target, *quiet, *always]
    answers, sys.stdout = sys.stdout, sys.stderr
    manifest = None
    for line in sys.stdin:
        said, arguments = io.StringIO(), json.loads(line)
        with contextlib.redirect_stdout(said):
            if manifest is None or arguments == ["parse"]:
                manifest = dbtRunner().invoke(["--quiet", "parse", *places]).result
            result = dbtRunner(manifest=manifest).invoke(["--no-use-colors", *arguments, *places])
        answers.write(json.dumps({"success": result.success, "said": said.getvalue()}) + "\n")
        answers.flush()


# dbt starts processes of its own, which read this file again.
if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])

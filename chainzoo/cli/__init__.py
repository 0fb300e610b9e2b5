"""The command line: ``chainzoo …``. This module runs a command and reports its errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 success, 1 an error, 2 misuse, 130 interrupted."""
    from chainzoo.cli.environment import prepare_environment

    prepare_environment()
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code. Errors are reported in a sentence."""
    import click

    from chainzoo.cli.error_report import report_error, report_unexpected
    from chainzoo.errors import ChainZooError

    try:
        from chainzoo.cli.app import build_app

        code = build_app()(args=arguments, standalone_mode=False)
    except ChainZooError as error:
        return report_error(str(error))
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # The reader of the output, such as `head`, has ended.
        sys.stdout = None  # Python would report the pipe again.
        return EXIT_ERROR
    except Exception as error:
        return report_unexpected(error)
    return code if isinstance(code, int) else 0

"""`torget …`: every command of the product."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torget.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["torget", *sys.argv[1:]])


if __name__ == "__main__":
    main()

"""`python -m vgcourse` is the command `vgcourse`."""

import sys

from vgcourse.cli import main

sys.exit(main())

"""`python record.py SPEC`, from a checkout."""

import sys

from ndarray_init_record.__main__ import main

sys.exit(main())

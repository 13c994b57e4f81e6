"""Runs one model-written program in a throw-away bubblewrap sandbox and returns a typed outcome.

Python always; JavaScript and R where node and R are installed.

Stops: reading the host's files, environment and processes; writing anywhere; any network or local socket; starting
programs or processes, and threads (save node's own); more than the set time, memory and output; forging the outcome by
printing.

Does not stop: a bug in the Linux kernel reachable through the allowed calls; side channels (timing, cache); using its
share of one core for the time limit; a program that prints a wrong answer, or that ends early and says so dishonestly.
``ok`` means "ran to its end and printed this", never "this is right". What it printed is untrusted text.

Linux x86_64 only. Without a working sandbox nothing is run: the outcome is ``unavailable``. Only the standard library
is imported here, so that the command line starts at once.
"""

from nescio.sandbox.check import Check, Probe
from nescio.sandbox.languages import JAVASCRIPT, LANGUAGES, PYTHON, Language, R, language_of
from nescio.sandbox.machine import Machine
from nescio.sandbox.outcomes import Execution, Limits, Verdict
from nescio.sandbox.runtimes import is_installed
from nescio.sandbox.sandbox import Sandbox

__all__ = [
    "JAVASCRIPT",
    "LANGUAGES",
    "PYTHON",
    "Check",
    "Execution",
    "Language",
    "Limits",
    "Machine",
    "Probe",
    "R",
    "Sandbox",
    "Verdict",
    "is_installed",
    "language_of",
]

"""What a process uses is counted with what its children use."""

import os
import subprocess
import sys

from benchmarks.processes import cpu_seconds, family, memory_mb, peak_memory_mb

BURN = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"


def test_a_child_belongs_to_the_family() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in family(os.getpid())
        child.communicate(b"\n")


def test_processor_time_of_a_child_that_has_ended_is_not_lost() -> None:
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert cpu_seconds(os.getpid()) - before > 0.15  # it is told in hundredths


def test_a_peak_is_no_less_than_what_is_held_now() -> None:
    assert peak_memory_mb(os.getpid()) >= memory_mb() > 0

"""Jobs (后台任务): imports, undoings, exports and write-backs that go on in the background.

`Register.jobs` starts, shows and cancels them; `kinds` says which there are and what each is told;
`worker` does them, one after the other, wherever `work` runs. What waits is a queue in the same
PostgreSQL (procrastinate's): a job is not lost with the program that started it, nor with the
worker, and an import that was cut off goes on where it was.
"""

from mintmark.jobs.kinds import KINDS, Errand, Kind, Run
from mintmark.jobs.worker import work

__all__ = ["KINDS", "Errand", "Kind", "Run", "work"]

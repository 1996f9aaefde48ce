r"""Jobs (后台任务): imports, undoings, exports and write-backs that go on in the background.

`Register.jobs` starts, shows and cancels them; `kinds` says which there are and what each is told
(`outgoing`: exports and write-backs);
`worker` does them, one after the other, wherever `work` runs. What waits is a queue in the same
PostgreSQL (procrastinate's): a job is not lost with the program that started it, nor with the
worker, and an import that was cut off goes on where it was.

>>> import mintmark
>>> from pathlib import Path
>>> from mintmark.wording import Wording
>>> _ = Path("list.csv").write_text("姓名,手机\n王琦,13875014587\n李雷,138")
>>> with mintmark.open("shop", create=True) as register:
...     published = register.publish("K{seq:4}", tables={})
...     job = register.jobs.start("import", file="list.csv")
...     job.state
...     work(register, Wording, once=True)  # in another program, as a rule: mintmark work
...     job = register.jobs.get(job.id)
...     job.state, job.progress, job.report["summary"]["refused"]
'waiting'
('done', Progress(done=1, total=1), 1)
"""

from mintmark.jobs.errand import Errand, Kind, Run
from mintmark.jobs.kinds import KINDS
from mintmark.jobs.worker import work

__all__ = ["KINDS", "Errand", "Kind", "Run", "work"]

"""Pinyin of which only initials were written: ``zhangw``, ``zw``, ``zhang xm``.

>>> next(abbreviated("zhangw"))
('zhang', 'wa')
>>> ("zhang", "wei") in set(abbreviated("zw"))
True
>>> list(abbreviated("smith"))
[]
"""

import re
from collections.abc import Iterator
from itertools import chain, product

from mintmark.match.sounds import Sounds, homophones, segmentations

_INITIALS = re.compile(r"((?:zh|ch|sh|[bcdfghjklmnpqrstwxyz]){1,4})$")
_INITIAL = re.compile(r"zh|ch|sh|[a-z]")
_MOST = 4  # syllables of an abbreviated name
# By them half of China begins; whoever remembers initials only is not looking for a rare surname.
_SURNAMES = (
    "li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang"
    " song zheng xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lv su lu"
    " jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan"
    " liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan qian"
    " yin niu ni nie ou bao bi ke kuang ruan rong qi qiao qu tao tong tu min mi mei mo mu geng"
    " gong ge guan lai lan lei"
).split()


def abbreviated(word: str) -> Iterator[Sounds]:
    """Give the names that letters may abbreviate: full syllables first, initials after them."""
    found = _INITIALS.search(word)
    if not found:
        return
    letters = found[1]
    for taken in range(1, len(letters) + 1):
        head, initials = word[: len(word) - taken], _INITIAL.findall(word[len(word) - taken :])
        for cut in segmentations(head) if head else ((),):
            if 1 < len(cut) + len(initials) <= _MOST:
                yield from (tuple(chain(cut, rest)) for rest in _completed(initials, not cut))


def _completed(initials: list[str], first: bool) -> Iterator[Sounds]:  # noqa: FBT001
    """Give all syllables for each initial; for the first of a name those of frequent surnames."""
    every = homophones()
    places = [
        [s for s in (_SURNAMES if first and not place else every) if s.startswith(initial)]
        for place, initial in enumerate(initials)
    ]
    yield from product(*places)

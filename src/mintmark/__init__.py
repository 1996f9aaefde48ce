"""Mintmark 铸码: the system of record for customer codes (客户编码).

Publish a rule, mint codes, register customers, find them again:

>>> import mintmark
>>> from datetime import date
>>> with mintmark.open("shop", create=True) as register:
...     published = register.publish(
...         "{type}-{region}-{registered:YYYYMMDD}-{seq:5}",
...         tables={
...             "type": {"V": ["VIP", "VIP客户"], "N": ["普通"]},
...             "region": {"BJ": ["北京", "Beijing"], "SH": ["上海", "Shanghai"]},
...         },
...     )
...     day = date(2023, 10, 1)
...     register.mint(type="VIP", region="北京", registered=day)
...     thousand = register.mint_many(1000, type="VIP", region="上海", registered=day)
...     thousand[0], thousand[-1]
...     zhang = register.register(
...         name="张伟", phone="138 7501 4587",
...         type="VIP", region="北京", registered="2023年10月1日",
...     )
...     zhang.code
...     register.resolve("ｖ－bj－２０２３１００１－００００２").customer.name
...     [found.code for found in register.find(phone="+86 138 7501 4587").found]
'V-BJ-20231001-00001'
('V-SH-20231001-00001', 'V-SH-20231001-01000')
'V-BJ-20231001-00002'
'张伟'
['V-BJ-20231001-00002']

Whoever is registered twice keeps the code they have, and what Mintmark will not do is a `Refusal`
with a slug and facts:

>>> with mintmark.open("shop") as register:
...     register.register(
...         name="张 伟", phone="13875014587", type="VIP", region="北京", registered=day
...     ).code
...     try:
...         register.mint(type="VIP", region="火星", registered=day)
...     except mintmark.Refusal as refusal:
...         refusal.slug
'V-BJ-20231001-00002'
'unknown-value'
"""

from mintmark import memory  # noqa: F401 - first: see there
from mintmark.customer import Customer
from mintmark.errors import Refusal
from mintmark.intake import plan as plan_import
from mintmark.opening import open_register as open  # noqa: A004 - as in shelve.open
from mintmark.progress import Progress
from mintmark.registry import Between, Found, Page, Refused, Register, Registered
from mintmark.rule import Rule, define

__all__ = [
    "Between",
    "Customer",
    "Found",
    "Page",
    "Progress",
    "Refusal",
    "Refused",
    "Register",
    "Registered",
    "Rule",
    "define",
    "open",
    "plan_import",
]

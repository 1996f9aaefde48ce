"""Rules from the field: how other products and trades number their customers, said in our language.

Each row is a rule of somebody's manual or practice with a code that it gives there. It can be said,
spells that code, reads it back and is proved; or it is bad, and the proof says why.
"""

import re
from datetime import date
from typing import Any

import pytest

from mintmark.errors import Refusal
from mintmark.rule import Family, Rule, define, explain, parser_of, scope_of
from mintmark.rule.proof.prove import prove
from mintmark.rule.spell import sample_attributes

TODAY = date(2026, 11, 22)
TABLES: dict[str, Any] = {
    "type": {"V": "VIP", "N": "普通"},
    "region": {"BJ": "北京", "SH": "上海"},
    "branch": {"002": "静安支公司", "001": "总公司"},
    "bank": {"0182": "零一八二", "2100": "二一〇〇"},
    "brand": {"BG": "强网", "DH": "东海"},
    "campus": {"A": "东院", "B": "西院"},
    "channel": {"OL": "线上", "YB": "银保"},
    "class": {"02": "二班", "01": "一班"},
    "college": {"12": "外国语学院", "05": "数学系"},
    "city": "china-cities",
    "company": {"CS": "电缆装运", "RW": "铁路"},
    "country": "iso-3166-1-alpha2",
    "county": "china-counties",
    "court": {"京0105": "朝阳区法院", "沪0101": "黄浦区法院"},
    "credit": {"01": "优", "02": "良"},
    "grade": {"1": "一般", "01": "重要"},
    "hotel": {"SH1": "外滩店", "SH2": "虹桥店"},
    "kind": {"PRIV": "个人", "COMP": "公司"},
    "ledger": {"01001001": "华东电子", "01002001": "华东机械"},
    "level": {"5": "本科", "4": "本科四年制"},
    "line": {"L": "人寿保险", "P": "财产保险"},
    "market": {"01": "国内", "02": "国外"},
    "nature": {"01": "诊所", "02": "医院"},
    "place": {"ZJHZ": "杭州", "JSSZ": "苏州"},
    "product": {"000": "活期", "025": "信用"},
    "province": "china-provinces",
    "season": {"9": "秋季", "2": "春季"},
    "sector": "industry-divisions",
    "series": {"ABC": "健康险", "XYZ": "寿险"},
    "site": {"MS": "Mosoriot", "TU": "Turbo"},
    "team": {"C01": "华东一组", "C02": "华东二组"},
    "school": {"021": "船建学院", "119": "医学院"},
    "tier": {"A": "一级", "AB": "二级"},
    "zone": {"BC": "北区", "C": "中区"},
    "work": {"01": "民用建筑", "16": "市政"},
}

Known = dict[str, str]
Said = tuple[str, str, Known, int, str]

PRODUCTS: list[Said] = [
    ("纷享销客, 前缀+年月日+4位", "KH{created:YYYYMMDD}{seq:4}", {}, 12, "KH202611220012"),
    ("纷享销客, 每月归零", "KH-{created:YYYYMM}-{seq:5,reset=month}", {}, 1, "KH-202611-00001"),
    ("Zoho, prefix and starting number", "CUST-{seq:4,start=1001,widen=8}", {}, 1001, "CUST-1001"),
    ("Zoho, {YY}{MM}{DD} runs on", "C{created:YYMMDD}-{seq:5,reset=never}", {}, 77,
     "C261122-00077"),
    ("Salesforce, A-{0000}", "A-{seq:4,widen=10}", {}, 1, "A-0001"),
    ("Salesforce, A-{0000} grows a digit", "A-{seq:4,widen=10}", {}, 12_345, "A-12345"),
    ("Salesforce, {YYYY}{MM}{DD} runs on", "A-{created:YYYYMMDD}-{seq:4,reset=never,widen=10}", {},
     10_023, "A-20261122-10023"),
    ("SAP, interval 100000-199999", "1{seq:5,start=0}", {}, 42, "100042"),
    ("SAP, number range 01", "{seq:6,start=100000,end=199999}", {}, 199_999, "199999"),
    ("SAP, alphanumeric range", "{seq:AA00,start=KA00,end=KZ99}", {}, 26_001, "KA01"),
    ("SAP, ten places", "{seq:10,start=100000}", {}, 100_000, "0000100000"),
    ("SAP, to fiscal year K4", "{created:FYYYY,starts=4}{seq:6}", {"created": "2026-02-03"}, 1,
     "2025000001"),
    ("SAP, one check digit", "{seq:9}{check:luhn}", {}, 123_456_789, "1234567897"),
    ("Dataverse, CAR-{SEQNUM:3}-{RANDSTRING:6}",
     "CAR-{seq:3,widen=10}-{random:6,alphabet=base36}", {"salt": "AB7LSF"}, 123, "CAR-123-AB7LSF"),
    ("Dataverse, CNR-{RANDSTRING:4}-{SEQNUM:4}",
     "CNR-{random:4,alphabet=base36}-{seq:4,start=1000,widen=9}", {"salt": "WXYZ"}, 1000,
     "CNR-WXYZ-1000"),
    ("Dataverse, WID-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMdd}",
     "WID-{seq:5,reset=never}-{random:6,alphabet=base36}-{created:yyyyMMdd}",
     {"created": "2017-09-13", "salt": "AB7LSF"}, 1, "WID-00001-AB7LSF-20170913"),
    ("Business Central, C00010 by tens", "C{seq:5,start=10,step=10}", {}, 20, "C00020"),
    ("Business Central, starting and ending no.", "C{seq:5,start=10,end=99990,step=10}", {}, 99_990,
     "C99990"),
    ("Business Central, a line a year", "C{created:YY}-{seq:4}", {}, 1, "C26-0001"),
    ("Finance and Operations, &&##", "{seq:AA00}", {}, 100, "AB00"),
    ("Finance and Operations, legal entity", "{company}-EXPENSE-{seq:4}", {}, 39,
     "CS-EXPENSE-0039"),
    ("Finance and Operations, #####_2017", "{seq:5}_{created:YYYY}", {"created": "2017-03-01"}, 2,
     "00002_2017"),
    ("Odoo, C/%(year)s/", "C/{created:YYYY}/{seq:5}", {}, 1, "C/2026/00001"),
    ("Odoo, %(range_year)sF", "{created:YYYY}F{seq:5}", {"created": "2022-05-01"}, 1, "2022F00001"),
    ("Odoo, %(range_y)s from April", "C{created:FYY,starts=4}/{seq:4}", {"created": "2026-03-31"},
     8, "C25/0008"),
    ("Odoo, %(y)s%(doy)s", "P{created:YYDDD}-{seq:3}", {}, 1, "P26326-001"),
    ("Odoo, week of the year", "W{created:GGGGWW}-{seq:3}", {"created": "2024-12-30"}, 1,
     "W202501-001"),
    ("Odoo, quarter of the year", "Q{created:YYYY-Q}-{seq:4}", {}, 1, "Q2026-4-0001"),
    ("ERPNext, CUST-.YYYY.-.#####", "CUST-{created:YYYY}-{seq:5,widen}", {}, 1, "CUST-2026-00001"),
    ("ERPNext, LOT-.YYYY..JJJ.-.###", "LOT-{created:YYYYDDD}-{seq:3}", {"created": "2024-12-31"}, 1,
     "LOT-2024366-001"),
    ("ERPNext, week done right", "JOB-{created:GGGG}-{created:WW}-{seq:4}",
     {"created": "2027-01-01"}, 1, "JOB-2026-53-0001"),
    ("ERPNext, ACC-.FY.", "ACC-{created:FYYYY,starts=4}-{created:FYY,starts=4,named=end}-{seq:5}",
     {}, 1, "ACC-2026-27-00001"),
    ("ERPNext, one counter for all prefixes", "{type}-{seq:5,per=none}", {"type": "普通"}, 31,
     "N-00031"),
    ("Dolibarr, ABC{yy}{mm}-{000000@1}", "ABC{created:YYMM}-{seq:6,reset=year}",
     {"created": "2007-01-31"}, 99, "ABC0701-000099"),
    ("Dolibarr, {0000+100}-ZZZ/{dd}/XXX", "{seq:4,start=101,reset=never}-ZZZ/{created:DD}/XXX",
     {"created": "2007-01-31"}, 199, "0199-ZZZ/31/XXX"),
    ("Dolibarr, {tttt}{yy}-{0000}", "{kind:4}{created:YY}-{seq:4}", {}, 1, "PRIV26-0001"),
    ("Dolibarr, {0000@7}", "FA{created:FYY,starts=7}-{seq:4}", {"created": "2026-06-30"}, 5,
     "FA25-0005"),
    ("Dolibarr, {0000@99}", "CU{created:YYYYMM}-{seq:4,reset=month}", {}, 1, "CU202611-0001"),
    ("Dolibarr, 05{0000000000}?", "05{seq:10}{check:gs1}", {}, 12_345, "0500000123452"),
    ("EspoCRM, prefix and pad length", "C-{seq:5,widen}", {}, 123_456, "C-123456"),
    ("SuiteCRM, prefix, date, number, suffix", "Q{created:YYYYMM}{seq:4,reset=never}-CN", {}, 9_999,
     "Q2026119999-CN"),
    ("NocoBase, string, date, integer", "C{created:YYYYMMDD}{seq:4}", {}, 1, "C202611220001"),
    ("NocoBase, random characters", "T{random:6,alphabet=ABCDEFGHJKMNPQRSTUVWXYZ}{seq:4}",
     {"salt": "QWRTYZ"}, 1, "TQWRTYZ0001"),
    ("明道云, 超出位数继续递增", "{type}{created:YYYYMM}{seq:3,widen=6,reset=month}", {}, 1_000,
     "V2026111000"),
    ("华为云低代码, 每天重置", "{team}{created:YYYYMMDD}{seq:4,reset=day}", {}, 1,
     "C01202611220001"),
    ("金蝶, 分级编码 01.02.0005", "{market}.{class}.{seq:4}", {}, 5, "01.02.0005"),
    ("用友 U8, 2-3-3-4", "{ledger}{seq:4}", {}, 1, "010010010001"),
    ("用友 T+, 流水依据为月", "DG{created:YYYYMM}{seq:3}", {"created": "2022-10-08"}, 1,
     "DG202210001"),
    ("用友 T+, 长流水", "DG{created:YYYYMM}{seq:3,reset=never}", {"created": "2022-10-08"}, 2,
     "DG202210002"),
    ("REBUILD, AC-{YYYYMMDD}{0000}", "AC-{created:YYYYMMDD}{seq:4,widen}", {}, 10_000,
     "AC-2026112210000"),
    ("REBUILD, {00}{YYMMDD}", "{seq:2,widen=5}{created:YYMMDD}", {}, 100, "100261122"),
    ("REBUILD, {@field}-{YYMMDD}-{0000}", "{region}-{created:YYMMDD}-{seq:4}", {}, 1,
     "BJ-261122-0001"),
    ("REBUILD, with a check digit that checks",
     "ORD-{created:MMDD}-{seq:5}-{check:luhn,of=digits}", {"created": "2026-09-24"}, 8_801,
     "ORD-0924-08801-6"),
    ("NetSuite, minimum digits and suffix", "CUST{seq:4,widen=10}-CN", {}, 1, "CUST0001-CN"),
    ("NetSuite, ${YYYY_START}", "C{created:FYYYY,starts=7}-{seq:5}", {"created": "2020-09-16"}, 1,
     "C2020-00001"),
    ("NetSuite, ${YYYY_END}", "C{created:FYYYY,starts=7,named=end}-{seq:5}",
     {"created": "2020-09-16"}, 1, "C2021-00001"),
    ("Freshsales, five characters and a number", "LEADS{seq:3,start=500,widen=11}", {}, 500,
     "LEADS500"),
    ("伙伴云, INCREMENT(reset, channel)",
     "{channel}{created:YYMMDD}{seq:3,per=channel,reset=day}", {}, 1, "OL261122001"),
    ("浪潮, 任意码段为流水维度", "{region}-{type}-{seq:4,per=region}", {}, 17, "BJ-V-0017"),
    ("Steedos, CP{YYYY}{MM}{DD}{0000}", "CP{created:YYYYMMDD}{seq:4}", {}, 1, "CP202611220001"),
    ("ServiceNow, CS0001001", "CS{seq:7,start=1001}", {}, 1_001, "CS0001001"),
]  # fmt: skip

CARDS: list[Said] = [
    ("会员卡, 四位一组", "{seq:12,group=4}", {}, 12_345, "0000-0001-2345"),
    ("gift card nobody guesses", "{random:12,group=4}", {}, 0, "0000-0000-0000"),
    ("卡号带校验", "62{seq:9,group=3}-{check:luhn}", {}, 123_456_789, "62123-456-789-2"),
    ("a number that grows, in threes", "K-{seq:5,widen=8,group=3}", {}, 1_234_567, "K-123-456-7"),
    ("voucher with a secret", "{seq:4}-{random:6,group=3}", {"salt": "AB7KSF"}, 7, "0007-AB7-KSF"),
]

TRADES: list[Said] = [
    ("医院, 病案号 7 位", "{seq:7}", {}, 12_345, "0012345"),
    ("医院, 病案号 20250001", "{registered:YYYY}{seq:4}", {"registered": "2025-03-01"}, 1,
     "20250001"),
    ("医院, 门诊号", "{registered:YYMMDD}{seq:4}", {}, 218, "2611220218"),
    ("医院, 住院号带院区", "{campus}{registered:YYYY}{seq:5}", {"campus": "西院"}, 1, "B202600001"),
    ("体检中心", "TJ{registered:YYYYMMDD}-{seq:3}", {}, 6, "TJ20261122-006"),
    ("医疗机构 6+4+2", "{county:6}{seq:4}{nature:2}", {"county": "海淀区"}, 7, "110108000701"),
    ("clinics of one network, 999MS-", "{seq:3,widen=9}{site}-{check:luhn-36}", {}, 999, "999MS-K"),
    ("大学, 10121001", "{registered:YY}{college}1{seq:3}", {"registered": "2010-09-01"}, 1,
     "10121001"),
    ("大学, 层次+年+院+季+序", "{level}{registered:YY}{school}{season}{seq:3}",
     {"registered": "2010-09-01"}, 1, "5100219001"),
    ("大学, 40405017", "{level}{registered:YY}{college:2}{seq:3}",
     {"registered": "2004-09-01", "level": "本科四年制", "college": "数学系"}, 17, "40405017"),
    ("学校, 2023 0502 013", "{registered:FYYYY,starts=9} {college}{class} {seq:3}",
     {"registered": "2024-02-26", "college": "数学系"}, 13, "2023 0502 013"),
    ("培训机构, 按季", "PX{registered:YYQ}{seq:3,reset=quarter}", {}, 1, "PX264001"),
    ("factory, month as 1-9ABC", "{registered:YYM1}{seq:3}", {}, 1, "26B001"),
    ("factory, month and day in one character", "{registered:YM1D1}{seq:2}", {}, 3, "6BM03"),
    ("cosmetics, 17A22A", "{registered:YYMLDD}{seq:A}", {"registered": "2017-01-22"}, 0, "17A22A"),
    ("oils, L1610002", "{registered:MLYYDD}{seq:3}", {"registered": "2016-12-10"}, 2, "L1610002"),
    ("bakery, day of the year, year, batch", "{registered:DDDY}{seq:2}",
     {"registered": "2012-02-09"}, 2, "040202"),
    ("batches by ordinal date", "{registered:DDDYYYY}-{seq:1}", {"registered": "2023-11-18"}, 5,
     "3222023-5"),
    ("electronics, YYWW", "{registered:GGWW}-{seq:4}", {"registered": "2004-10-20"}, 1,
     "0443-0001"),
    ("工厂, 品牌-级别-年月流水", "{brand}-{type}-{registered:YYMM}{seq:3}",
     {"registered": "2012-09-03"}, 1, "BG-V-1209001"),
    ("工厂, 拼音首字母", "{initials(name):2}-{type}-{seq:3}", {"name": "王军"}, 1, "WJ-V-001"),
    ("工厂, ZJHZ-V-A01", "{place:4}-{type}-{seq:A00}", {}, 1, "ZJHZ-V-A01"),
    ("制造业, 省+行业+年", "{province:2}{sector:2}{registered:YY}{seq:4}",
     {"province": "浙江", "sector": "汽车制造业"}, 21, "ZJ36260021"),
    ("外贸, 国别", "{country:2}{seq:5}", {"country": "德国"}, 3, "DE00003"),
    ("外贸, 市场+行业+序号+信用", "{market:2}{sector:2}{seq:4,per=market+sector}{credit:2}",
     {"sector": "纺织业"}, 1, "0117000101"),
    ("保险, 日期+险种+机构+序号", "{registered:YYYYMMDD}{line}{branch:3}{seq:4}",
     {"registered": "2024-05-12"}, 1, "20240512L0020001"),
    ("保险, P2023-ABC-001-SH-OL", "P{registered:YYYY}-{series}-{seq:3}-{region}-{channel}",
     {"registered": "2023-07-01", "region": "上海"}, 1, "P2023-ABC-001-SH-OL"),
    ("保险, 机构按年编号", "{branch}{registered:YY}{seq:6,per=branch,reset=year}", {}, 1,
     "00226000001"),
    ("bank, BBAN of 4+4+10 with MOD 97-10", "{bank} {branch} {seq:10} {check:97-10}", {},
     450_200_051, "0182 002 0450200051 61"),
    ("bank card, Luhn", "62{bank:4}{seq:9}{check:luhn}", {}, 1, "6201820000000013"),
    ("bank, branch-number-product", "{bank}{branch}-{seq:7}-{product}", {}, 123_456,
     "0182002-0123456-000"),
    ("bank, drawn number", "8{random:9,alphabet=decimal}{check:97-10}", {}, 714_285_714,
     "871428571483"),
    ("credit union, ISO 7064 MOD 11-2", "{seq:10}{check:11-2}", {}, 79_927_398_71, "79927398718"),
    ("GS1, GLN", "6901234{seq:5}{check:gs1}", {}, 1, "6901234000016"),
    ("GS1, SSCC", "36901234{seq:9}{check:gs1}", {}, 1, "369012340000000017"),
    ("logistics, waybill", "SF{seq:12}", {}, 1_234_567, "SF000001234567"),
    ("logistics, parcel in base 36", "{region}{seq:6,alphabet=base36}", {}, 1_295, "BJ0000ZZ"),
    ("电力, 户号", "{bank:4}{seq:5}{check:11-10}", {}, 794, "0182007948"),
    ("gas, Verhoeff", "{seq:9}{check:verhoeff}", {}, 236, "0000002361"),
    ("water, Damm", "{seq:4}{check:damm}", {}, 572, "05724"),
    ("酒店, 集团客史", "{hotel}-{seq:6,per=hotel}", {}, 88, "SH1-000088"),
    ("hotel, folio of the day", "{hotel}{registered:MMDD}-{seq:3}", {}, 4, "SH11122-004"),
    ("membership card", "{seq:9,start=100000000}{check:luhn}", {}, 123_456_789, "1234567897"),
    ("会员卡 6-8 位", "{seq:6,widen=8}", {}, 1_000_000, "1000000"),
    ("政务, 区划+年+序", "{county:6}{registered:YYYY}{seq:6}", {"county": "禹州市"}, 1,
     "4110812026000001"),
    ("施工许可, 区划+日期+序+专业", "{county:6}{registered:YYYYMMDD}{seq:2}{work:2}",
     {"county": "禹州市"}, 1, "411081202611220101"),
    ("法院, 案号", "({registered:YYYY}){court}民初{seq:1,widen=6}号", {}, 123,
     "(2026)京0105民初123号"),
    ("公文, 发文字号", "国发〔{registered:YYYY}〕{seq:1,widen=5}号", {}, 12, "国发〔2026〕12号"),
    ("律所, 合同日期", "HT{contract:YYYYMMDD}-{seq:3}", {"contract": "2026-02-28"}, 1,
     "HT20260228-001"),
    ("会计年度四月起", "{type}{registered:FYYYY,starts=4}-{seq:4,reset=fiscal-year}",
     {"registered": "2027-03-31"}, 2, "V2026-0002"),
]  # fmt: skip

NUMERALS: list[Said] = [
    ("A001", "{seq:A000}", {}, 1, "A001"),
    ("A999 goes on as B000", "{seq:A000}", {}, 1_000, "B000"),
    ("to Z999", "{seq:A000}", {}, 25_999, "Z999"),
    ("from B500", "{seq:A000,start=B500}", {}, 1_500, "B500"),
    ("AAA", "{seq:AAA}", {}, 26, "ABA"),
    ("from 1000 by fives", "{seq:5,start=1000,step=5}", {}, 1_005, "01005"),
    ("base 36", "{seq:4,alphabet=base36}", {}, 46_656, "1000"),
    ("hexadecimal", "K{seq:4,alphabet=hex}", {}, 48_879, "KBEEF"),
    ("Crockford, 32", "{seq:6,alphabet=crockford}", {}, 1_023, "0000ZZ"),
    ("without what looks alike", "{random:6,alphabet=safe}", {}, 0, "222222"),
    ("999 goes on as 00A", "C{seq:3,then=base36}", {}, 1_000, "C00A"),
    ("ISO 7064 MOD 37-36", "{type}-{region}-{registered:YYYYMMDD}-{seq:5}{check:37-36}",
     {"registered": "2023-10-01"}, 1, "V-BJ-20231001-00001V"),
    ("by province, for cities", "{city:parent}{seq:5}", {"city": "杭州"}, 1, "3300001"),
    ("by province, shown with the city", "{city}{seq:5,per=city:parent}", {"city": "杭州"}, 1,
     "330100001"),
    ("codes of differing widths", "{grade}-{type}-{seq:4}", {"grade": "重要"}, 1, "01-V-0001"),
]  # fmt: skip

# Who, the rule, its terms, the refusal's slug.
BAD: list[tuple[str, str, dict[str, Any], str]] = [
    ("monthly reset, no month", "KH{created:YYYY}{seq:4,reset=month}", {}, "scope-not-shown"),
    ("daily reset, only the month", "KH{created:YYYYMM}{seq:4,reset=day}", {}, "scope-not-shown"),
    ("weekly reset, only the month", "{created:YYYYMM}{seq:4,reset=week}", {}, "scope-not-shown"),
    ("weekly reset, calendar year", "{created:YYYYWW}{seq:3,reset=week}", {}, "scope-not-shown"),
    ("JOB-.YYYY.-.WW.-.####, weekly", "JOB-{created:YYYY}-{created:WW}-{seq:4,reset=week}", {},
     "scope-not-shown"),
    ("daily reset, no year", "{created:MMDD}{seq:3,reset=day}", {}, "scope-not-shown"),
    ("quarterly reset, only the year", "{created:YY}{seq:4,reset=quarter}", {}, "scope-not-shown"),
    ("{0000+100@1}-ZZZ/{dd}/XXX", "{seq:4,start=101,reset=year}-ZZZ/{created:DD}/XXX", {},
     "scope-not-shown"),
    ("fiscal reset, calendar year", "{created:YYYY}{seq:4,reset=fiscal-year,starts=4}", {},
     "scope-not-shown"),
    ("a counter a branch, no branch", "SO{seq:5,per=branch}", {}, "scope-not-shown"),
    ("no start date, yearly reset", "SO{seq:5,reset=year}", {}, "scope-not-shown"),
    ("999 wraps to 001", "{created:YYYYMM}{seq:3}", {"expected": 1_500}, "capacity-too-small"),
    ("the right four characters", "Q{seq:4}", {"expected": 10_000}, "capacity-too-small"),
    ("an interval for 1000", "{seq:6,start=1000,end=1999}", {"expected": 1_001},
     "capacity-too-small"),
    ("16 characters show 19", "{seq:16,group=4}", {"max_display_length": 16}, "code-too-long"),
    ("the end before the start", "{seq:6,start=2000,end=1999}", {}, "rule-syntax"),
    ("an end that nobody can spell", "{seq:3,end=1000}", {}, "rule-syntax"),
    ("a fiscal year that never starts again", "{seq:5,starts=4}", {}, "rule-syntax"),
    ("a code that a spreadsheet computes", "=1+{seq:4}", {}, "rule-syntax"),
    ("a tab that nobody sees", "K\t{seq:4}", {}, "rule-syntax"),
    ("the whole interval is external", "{seq:3}", {"external": ["0-999"]}, "nothing-left"),
    ("12 characters hold no 16", "{type}-{region}-{registered:YYYYMMDD}-{seq:5}",
     {"max_length": 12}, "code-too-long"),
    ("a number that may outgrow its field", "C{seq:5,widen}", {"max_length": 10}, "code-too-long"),
    ("Luhn over letters", "K{seq:5}{check:luhn}", {}, "check-alphabet"),
    ("Luhn over a coded region", "{region}{seq:5}{check:luhn}", {}, "check-alphabet"),
    ("0 and O on one label", "{seq:4,alphabet=base36}", {"no_lookalikes": True}, "lookalikes"),
    ("an unlucky prefix", "250-{seq:4}", {"unwanted": ["250"]}, "unwanted-word"),
    ("a growing number before digits", "{seq:2,widen=6}{grade}", {}, "ambiguous-code"),
    ("codes that begin with another", "{tier}{zone}{seq:3}", {}, "ambiguous-code"),
    ("no number at all", "{registered:DDD}{line}{registered:Y}", {}, "wrong-sequence"),
    ("a counter of the customer, too", "{kind}{seq:3}-{seq:4}", {}, "wrong-sequence"),
    ("two check digits", "{seq:6}{check:luhn}{check:damm}", {}, "several-checks"),
    ("a width that the table lacks", "{series:2}{seq:4}", {}, "wrong-width"),
    ("a field without a table", "{industry}{seq:4}", {}, "missing-table"),
    ("20 digits", "{seq:20}", {}, "rule-syntax"),
    ("the time of day", "T{created:YYYYMMDDHHMMSS}{seq:3}", {}, "rule-syntax"),
]  # fmt: skip


def rule_of(text: str, **terms: Any) -> Rule:
    tables = {name: said for name, said in TABLES.items() if re.search(rf"{{{name}[:}}]", text)}
    return define(text, tables=tables, **terms)


def refused(text: str, **terms: Any) -> list[str]:
    try:
        return [refusal.slug for refusal in prove(rule_of(text, **terms)).refusals]
    except Refusal as refusal:
        return [refusal.slug]


def rows(said: list[Said]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("text", "known", "number", "code"), [row[1:] for row in said], ids=[row[0] for row in said]
    )


def works(text: str, known: Known, number: int, code: str) -> None:
    """See that a rule is good, spells the code, and reads it back however it is typed."""
    rule = rule_of(text)
    proof = prove(rule)
    assert proof.holds, proof.refusals
    attributes = sample_attributes(rule, today=TODAY) | known
    salt = known.get("salt", "")
    assert scope_of(rule, attributes, today=date(2027, 6, 1)).spell(number, salt) == code
    for typed in (code, code.lower(), re.sub(r"[-/ _.]", " ", code)):
        read = parser_of(rule).read(typed)
        assert read is not None
        assert read.number == number
    assert explain(rule, code) is not None
    assert Rule.of(rule.definition()).definition() == rule.definition()


@rows(PRODUCTS)
def test_what_other_products_number_can_be_said(
    text: str, known: Known, number: int, code: str
) -> None:
    works(text, known, number, code)


@rows(TRADES)
def test_what_trades_number_can_be_said(text: str, known: Known, number: int, code: str) -> None:
    works(text, known, number, code)


@rows(CARDS)
def test_a_card_shows_its_number_in_groups(text: str, known: Known, number: int, code: str) -> None:
    works(text, known, number, code)


@rows(NUMERALS)
def test_numbers_are_written_as_people_write_them(
    text: str, known: Known, number: int, code: str
) -> None:
    works(text, known, number, code)


@pytest.mark.parametrize(("_who", "text", "terms", "slug"), BAD, ids=[row[0] for row in BAD])
def test_what_others_let_pass_is_refused(
    _who: str, text: str, terms: dict[str, Any], slug: str
) -> None:
    assert refused(text, **terms) == [slug]


def test_two_intervals_that_meet_are_refused() -> None:
    inland = rule_of("1{seq:5,start=0}", name="inland", when={"type": "国内"})
    abroad = rule_of("2{seq:5,start=0}", name="abroad", when={"type": "国外"})
    open_end = rule_of("{seq:6,start=100000}", name="open", when={"type": "其他"})
    assert prove(abroad, [inland]).holds
    assert [r.slug for r in prove(open_end, [inland]).refusals] == ["rules-collide"]


def test_intervals_beside_each_other_do_not_meet() -> None:
    ranges = [(100_000, 199_999), (200_000, 299_999), (300_000, 399_999)]
    rules = [
        rule_of(f"{{seq:6,start={low},end={high}}}", name=f"r{low}", when={"type": str(low)})
        for low, high in ranges
    ]
    assert all(prove(rule, [other for other in rules if other is not rule]).holds for rule in rules)
    wide = rule_of("{seq:6,start=150000,end=250000}", name="wide", when={"type": "wide"})
    assert [prove(wide, [rule]).holds for rule in rules] == [False, False, True]
    letters = rule_of("{seq:AA00,end=AZ99}", name="a", when={"type": "a"})
    more = rule_of("{seq:AA00,start=BA00,end=BZ99}", name="b", when={"type": "b"})
    assert prove(letters, [more]).holds


def test_an_interval_ends() -> None:
    rule = rule_of("K{seq:3,start=10,end=50,step=7}")
    scope = scope_of(rule, {}, today=TODAY)
    assert (scope.capacity, list(scope.numbers_after(30))) == (6, [31, 38, 45])
    assert [bool(parser_of(rule).read(f"K0{n}")) for n in (10, 45, 50, 52)] == [
        True, True, False, False,
    ]  # fmt: skip
    switched = rule_of("K{seq:2,end=500,then=base36}")
    beyond = [switched.number.numerals.spell(number) for number in (500, 501)]
    assert [bool(parser_of(switched).read(f"K{text}")) for text in beyond] == [True, False]


def test_intervals_that_each_side_leaves_to_the_other_do_not_meet() -> None:
    ours = rule_of("K{seq:4}", name="ours", external=["5000-9999"], when={"type": "A"})
    theirs = rule_of("K{seq:4}", name="theirs", external=["0-4999"], when={"type": "B"})
    assert prove(ours, [theirs]).holds
    assert parser_of(ours).read("K7000") is not None  # given by hand
    near = rule_of("K{seq:4}", name="near", external=["0-4998"], when={"type": "C"})
    assert [(r.slug, r.facts()["code"]) for r in prove(ours, [near]).refusals] == [
        ("rules-collide", "K4999")
    ]
    old = Family(name="旧 ERP", patterns=("K7###",))
    assert prove(ours, families=[old]).holds
    assert not prove(theirs, families=[old]).holds
    stepped = rule_of("K{seq:4,step=2}", name="s", external=["5001-9999"], when={"type": "D"})
    assert prove(stepped, [theirs]).holds
    nothing = rule_of("K{seq:4}", name="none", external=["0-9999"], when={"type": "E"})
    assert [r.slug for r in prove(nothing, [ours], [old]).refusals] == ["nothing-left"]


def test_a_rule_for_too_few_is_offered_without_its_end() -> None:
    rule = rule_of("{seq:4,start=1000,end=1999}", expected=3_000)
    assert [r.facts()["nearest"] for r in prove(rule).refusals] == ["{seq:4,start=1000}"]


def test_groups_are_shown_and_change_no_code() -> None:
    grouped, whole = rule_of("{seq:8,group=4}"), rule_of("{seq:8}", name="whole")
    assert scope_of(grouped, {}, today=TODAY).key == scope_of(whole, {}, today=TODAY).key
    refusal = next(r for r in prove(grouped, [whole]).refusals if r.slug == "rules-collide")
    assert refusal.facts()["spelt"] == ("0000-0001", "00000001")
    assert define(grouped.structure()).text == grouped.text


def test_numbers_of_the_old_system_are_not_given_again() -> None:
    old = Family(name="旧 ERP", patterns=("KH######",))
    assert [r.slug for r in prove(rule_of("KH{seq:6}"), families=[old]).refusals] == [
        "rules-collide"
    ]
    assert prove(rule_of("KH{seq:7}"), families=[old]).holds


def test_a_rule_that_was_created_last_does_not_win_by_chance() -> None:
    usual, vip = rule_of("C{seq:5}", name="usual"), {"name": "vip", "when": {"type": "VIP"}}
    assert [r.slug for r in prove(rule_of("V{seq:5}", **vip), [usual]).refusals] == [
        "priority-clash"
    ]
    assert prove(rule_of("V{seq:5}", **vip, priority=1), [usual]).holds

"""The rule that customers of the benchmarks are numbered by; it takes nothing to load."""

RULE = "{type}-{region}-{registered:YYYYMMDD}-{seq:5}"
TABLES = {
    "type": {"V": "VIP", "N": "普通", "P": "潜在"},
    "region": {
        "BJ": "北京", "SH": "上海", "GZ": "广州", "SZ": "深圳", "CD": "成都",
        "HZ": "杭州", "WH": "武汉", "XA": "西安", "NJ": "南京", "CQ": "重庆",
    },
}  # fmt: skip

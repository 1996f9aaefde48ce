"""Tables as well-known programs export them: each is known, and each fact comes from one column."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests import files

import mintmark
from mintmark import errors
from mintmark.intake import exports
from mintmark.intake.looking import look_at
from mintmark.intake.opened import Opened, Reading, opened
from mintmark.registry import Profile
from mintmark.text import narrow

ELSE = {"type": "VIP", "region": "北京", "registered": "2023-10-01"}
DAY = date(2023, 10, 1)
USCC = "91350100M000100Y43"
WITHOUT = [("type", "VIP"), ("region", "北京"), ("registered", DAY)]

ZOHO_END = ["Created By.id", "Created By", "Created Time", "Modified Time"]
ZOHO_CONTACT = ["Contact Owner.id", "Contact Owner", "Lead Source", "First Name", "Last Name",
                "Account Name.id", "Account Name", "Email", "Title", "Phone", "Mobile", *ZOHO_END,
                "Contact Name", "Mailing Street", "Mailing City", "Mailing State", "Mailing Zip",
                "Description"]  # fmt: skip
ZOHO_PERSON = ["77", "陈思", "Web", "琦", "王", "55", "某公司", "wq@example.com", "经理",
               "010-62345678", "13875014587", "77", "陈思", "2023-10-01 08:30:00",
               "2024-01-01 09:00:00", "王琦", "长安街1号", "北京", "", "100000",
               "老客户"]  # fmt: skip
PERSON = {"name": "王琦", "phone": "+8613875014587", "email": "wq@example.com"}
FIRM = {"name": "某公司", "phone": "+8613875014587"}

OUTLOOK = [
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department",
    "Job Title", "Business Street", "Business City", "Business Country/Region", "Home Street",
    "Home City", "Business Fax", "Business Phone", "Business Phone 2", "Home Phone",
    "Mobile Phone", "Birthday", "Categories", "E-mail Address", "E-mail Type",
    "E-mail Display Name", "E-mail 2 Address", "Gender", "Government ID Number", "Location",
    "Notes", "Web Page",
]  # fmt: skip
OUTLOOK_ZH = [
    "英文称谓", "名", "中间名", "姓", "中文称谓", "单位", "部门", "职务", "商务地址 街道",
    "商务地址 市/县",
    "商务地址 国家/地区", "住宅地址 街道", "住宅地址 市/县", "商务传真", "商务电话",
    "商务电话 2", "住宅电话",
    "移动电话", "生日", "类别", "电子邮件地址", "电子邮件类型", "电子邮件显示名称",
    "电子邮件 2 地址", "性别",
    "身份证编号", "地点", "附注", "网页",
]  # fmt: skip
OUTLOOK_PERSON = [
    "", "琦", "", "王", "", "某公司", "销售部", "经理", "长安街1号", "北京", "中国", "", "", "",
    "010-62345678", "", "", "13875014587", "0/0/00", "", "wq@example.com", "SMTP", "王琦", "", "",
    "", "", "老客户", "",
]  # fmt: skip
GOOGLE = [
    "First Name", "Middle Name", "Last Name", "Phonetic First Name", "Phonetic Middle Name",
    "Phonetic Last Name", "Name Prefix", "Name Suffix", "Nickname", "File As",
    "Organization Name", "Organization Title", "Organization Department", "Birthday", "Notes",
    "Photo", "Labels", "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label",
    "Phone 1 - Value",
]  # fmt: skip
GOOGLE_OLD = [
    "Name", "Given Name", "Additional Name", "Family Name", "Yomi Name", "Given Name Yomi",
    "Additional Name Yomi", "Family Name Yomi", "Name Prefix", "Name Suffix", "Initials",
    "Nickname", "Short Name", "Maiden Name", "Birthday", "Gender", "Location",
    "Billing Information", "Directory Server", "Mileage", "Occupation", "Hobby", "Sensitivity",
    "Priority", "Subject", "Notes", "Language", "Photo", "Group Membership", "E-mail 1 - Type",
    "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value",
]  # fmt: skip

FILES: dict[str, tuple[Sequence[str], Sequence[str], Mapping[str, Any]]] = {
    "Zoho CRM, contacts": (
        ["Record Id", *ZOHO_CONTACT],
        ["zcrm_99", *ZOHO_PERSON],
        {**PERSON, "owner": "陈思", "address": "长安街1号", "remark": "老客户"},
    ),
    "Zoho CRM, contacts (with Contact Id)": (
        ["Contact Id", *ZOHO_CONTACT],
        ["zcrm_99", *ZOHO_PERSON],
        {**PERSON, "owner": "陈思", "address": "长安街1号", "remark": "老客户"},
    ),
    "Zoho CRM, leads": (
        ["Record Id", "Lead Owner.id", "Lead Owner", "Is Converted", "Company", "First Name",
         "Last Name", "Email", "Phone", "Mobile", "Lead Source", "Lead Status", *ZOHO_END,
         "Lead Name", "Street", "City", "State", "Zip Code"],
        ["zcrm_99", "77", "陈思", "false", "某公司", "琦", "王", "wq@example.com", "010-62345678",
         "13875014587", "Web", "New", "77", "陈思", "2023-10-01 08:30:00", "", "王琦",
         "长安街1号", "北京", "", ""],
        {**PERSON, "owner": "陈思", "address": "长安街1号"},
    ),
    "Zoho CRM, accounts": (
        ["Record Id", "Account Owner.id", "Account Owner", "Account Name", "Phone",
         "Parent Account.id", "Website", "Account Type", "Industry", *ZOHO_END,
         "Billing Street", "Billing City", "Billing State", "Billing Code", "Billing Country"],
        ["zcrm_98", "77", "陈思", "某公司", "13875014587", "", "", "VIP", "银行", "77", "陈思",
         "2023-10-01 08:30:00", "", "长安街1号", "北京", "", "", ""],
        {**FIRM, "owner": "陈思", "address": "长安街1号", "industry": "银行"},
    ),
    "Salesforce, contacts": (
        ["Contact ID", "Salutation", "First Name", "Last Name", "Title", "Account Name",
         "Mailing Street", "Mailing City", "Mailing State/Province", "Mailing Zip/Postal Code",
         "Mailing Country", "Phone", "Mobile", "Email", "Account Owner"],
        ["0031", "", "琦", "王", "", "某公司", "长安街1号", "北京", "", "", "", "010-62345678",
         "13875014587", "wq@example.com", "陈思"],
        {**PERSON, "owner": "陈思", "address": "长安街1号"},
    ),
    "Salesforce, contacts (data export)": (
        ["Id", "IsDeleted", "MasterRecordId", "AccountId", "LastName", "FirstName", "Salutation",
         "MailingStreet", "MailingCity", "MailingState", "Phone", "Fax", "MobilePhone", "Email",
         "Title", "Description", "OwnerId", "CreatedDate", "SystemModstamp"],
        ["0031", "0", "", "0011", "王", "琦", "", "长安街1号", "北京", "", "010-62345678", "",
         "13875014587", "wq@example.com", "", "老客户", "0051", "2023-10-01 08:30:00", ""],
        {**PERSON, "address": "长安街1号", "remark": "老客户"},
    ),
    "Salesforce, leads": (
        ["Lead Owner", "First Name", "Last Name", "Title", "Company / Account", "Email",
         "Lead Source", "Street", "City", "Phone", "Mobile"],
        ["陈思", "琦", "王", "", "某公司", "wq@example.com", "Web", "长安街1号", "北京",
         "010-62345678", "13875014587"],
        {**PERSON, "owner": "陈思", "address": "长安街1号"},
    ),
    "Salesforce, accounts": (
        ["Account ID", "Account Name", "Account Type", "Industry", "Billing Street",
         "Billing City", "Billing State/Province", "Billing Zip/Postal Code", "Account Phone",
         "Owner ID", "Parent Account ID", "Account Description"],
        ["0011", "某公司", "VIP", "银行", "长安街1号", "北京", "", "", "13875014587", "0051", "",
         "老客户"],
        {**FIRM, "address": "长安街1号", "industry": "银行", "remark": "老客户"},
    ),
    "Salesforce, accounts (data export)": (
        ["Id", "IsDeleted", "MasterRecordId", "Name", "Type", "ParentId", "BillingStreet",
         "BillingCity", "BillingState", "Phone", "Fax", "Industry", "Description", "OwnerId",
         "CreatedDate"],
        ["0011", "0", "", "某公司", "VIP", "", "长安街1号", "北京", "", "13875014587", "", "银行",
         "老客户", "0051", "2023-10-01"],
        {**FIRM, "address": "长安街1号", "industry": "银行", "remark": "老客户"},
    ),
    "Odoo, contacts": (
        ["External ID", "Complete Name", "Display Name", "Reference", "Phone", "Mobile", "Email",
         "Salesperson", "Street", "City", "Country", "Tax ID", "Tags", "Created on"],
        ["__export__.res_partner_7", "某公司", "某公司", "", "010-62345678", "13875014587", "",
         "陈思", "长安街1号", "北京", "中国", USCC, "", "2023-10-01 08:30:00"],
        {**FIRM, "owner": "陈思", "address": "长安街1号", "id_number": USCC},
    ),
    "Odoo，联系人": (
        ["外部 ID", "全名", "显示名称", "电话", "手机", "邮箱", "业务员", "街道", "城市", "国家",
         "税号ID",
         "标签", "创建日期"],
        ["__export__.res_partner_7", "某公司", "某公司", "010-62345678", "13875014587", "",
         "陈思", "长安街1号", "北京", "中国", USCC, "", "2023-10-01 08:30:00"],
        {**FIRM, "owner": "陈思", "address": "长安街1号", "id_number": USCC},
    ),
    "Odoo, res.partner": (
        ["id", "name", "parent_id/id", "phone", "mobile", "email", "street", "city",
         "country_id/id", "vat", "user_id/id", "comment"],
        ["base.p7", "某公司", "", "010-62345678", "13875014587", "", "长安街1号", "北京",
         "base.cn", USCC, "base.user_admin", ""],
        {**FIRM, "address": "长安街1号", "id_number": USCC},
    ),
    "ERPNext, Customer": (
        ["ID", "Series", "Customer Name", "Customer Type", "Customer Group", "Territory",
         "Account Manager", "Industry", "Customer Details", "Customer Primary Contact",
         "Mobile No", "Email Id", "Customer Primary Address", "Primary Address", "Tax ID",
         "Tax Category", "Created On"],
        ["CUST-2023-00001", "CUST-.YYYY.-", "某公司", "Company", "VIP", "北京", "陈思", "银行",
         "老客户",
         "王琦-某公司", "13875014587", "wq@example.com", "某公司-Billing", "长安街1号", USCC, "",
         "2023-10-01 08:30:00"],
        {**FIRM, "email": "wq@example.com", "owner": "陈思", "industry": "银行",
         "remark": "老客户",
         "contact": "王琦-某公司", "address": "长安街1号", "id_number": USCC},
    ),
    "ERPNext，客户": (
        ["ID", "客户名称", "客户类型", "客户组", "区域", "客户详细信息", "客户首选联系人",
         "手机号", "客户首选地址",
         "纳税登记号", "税种"],
        ["CUST-2023-00001", "某公司", "公司", "VIP", "北京", "老客户", "王琦-某公司",
         "13875014587",
         "某公司-Billing", USCC, ""],
        {**FIRM, "remark": "老客户", "contact": "王琦-某公司", "id_number": USCC},
    ),
    "纷享销客，客户": (
        ["客户名称（必填）", "客户编号", "客户级别", "客户类型", "成交状态", "负责人",
         "负责人主属部门", "归属部门", "国家",
         "省", "市", "区", "详细地址", "电话", "邮件", "统一社会信用代码", "1级行业", "2级行业",
         "创建人", "创建时间",
         "最后修改时间", "生命状态", "锁定状态", "业务类型", "备注"],
        ["某公司", "", "VIP", "终端客户", "已成交", "陈思", "销售部", "销售部", "中国", "",
         "北京", "", "长安街1号",
         "13875014587", "wq@example.com", USCC, "银行", "", "陈思", "2023-10-01 08:30", "",
         "正常", "未锁定",
         "预设业务类型", "老客户"],
        {**FIRM, "email": "wq@example.com", "owner": "陈思", "industry": "银行",
         "remark": "老客户",
         "address": "长安街1号", "id_number": USCC},
    ),
    "金蝶云星空，客户": (
        ["创建组织", "使用组织", "客户编码", "客户名称", "简称", "国家", "地区", "通讯地址",
         "联系电话", "传真",
         "公司类别", "纳税登记号", "客户类别", "客户分组", "销售部门", "销售员", "创建人",
         "创建日期", "备注"],
        ["总公司", "总公司", "", "某公司", "某", "中国", "北京", "长安街1号", "13875014587", "",
         "", USCC,
         "普通销售客户", "VIP", "销售部", "陈思", "Admin", "2023-10-01", "老客户"],
        {**FIRM, "owner": "陈思", "remark": "老客户", "address": "长安街1号", "id_number": USCC},
    ),
    "金蝶云星空，客户（引入模板）": (
        ["*基本信息(序号)", "(基本信息)客户编码", "*(基本信息)客户名称",
         "*(基本信息)创建组织#编码",
         "(基本信息)创建组织#名称", "(基本信息)使用组织#编码", "(基本信息)使用组织#名称",
         "(基本信息)通讯地址",
         "(基本信息)联系电话", "(基本信息)纳税登记号", "(基本信息)客户分组#编码",
         "(基本信息)客户分组#名称(Null)",
         "(基本信息)地区#名称", "(基本信息)销售员#编码", "(基本信息)销售员#名称",
         "(基本信息)备注"],
        ["1", "", "某公司", "100", "总公司", "100", "总公司", "长安街1号", "13875014587", USCC,
         "01", "VIP",
         "北京", "YW01", "陈思", "老客户"],
        {**FIRM, "owner": "陈思", "remark": "老客户", "address": "长安街1号", "id_number": USCC},
    ),
    "金蝶 KIS/K3，客户": (
        ["代码", "名称", "简称", "助记码", "区域", "地址", "联系人", "电话", "移动电话", "传真",
         "电子邮件", "开户银行",
         "银行账号", "税务登记号", "分管部门", "专营业务员名称"],
        ["", "某公司", "某", "MGS", "北京", "长安街1号", "王琦", "010-62345678", "13875014587",
         "",
         "wq@example.com", "", "", USCC, "销售部", "陈思"],
        {**FIRM, "email": "wq@example.com", "owner": "陈思", "contact": "王琦",
         "address": "长安街1号",
         "id_number": USCC},
    ),
    "Outlook": (
        OUTLOOK, OUTLOOK_PERSON, {**PERSON, "address": "长安街1号", "remark": "老客户"},
    ),
    "Outlook（中文）": (
        OUTLOOK_ZH, OUTLOOK_PERSON, {**PERSON, "address": "长安街1号", "remark": "老客户"},
    ),
    "Google Contacts": (
        GOOGLE,
        ["琦", "", "王", "", "", "", "", "", "", "", "某公司", "经理", "", "", "老客户", "",
         "* myContacts",
         "* Work", "wq@example.com", "Mobile", "13875014587"],
        {**PERSON, "remark": "老客户"},
    ),
    "Google Contacts (until 2024)": (
        GOOGLE_OLD,
        ["王琦", "琦", "", "王", *[""] * 21, "老客户", "", "", "* myContacts", "* Work",
         "wq@example.com", "Mobile", "13875014587"],
        {**PERSON, "remark": "老客户"},
    ),
}  # fmt: skip


def read(register: mintmark.Register, path: Path, **how: Any) -> Opened:
    return opened(register, path, Reading(**{"ignore": ("*",), "defaults": ELSE, **how}))


def facts(found: Opened) -> dict[str, Any]:
    """What is known of the one customer of a file without findings that refuse."""
    [row] = found.checked.rows.drop("row").to_dicts()
    return {fact: value for fact, value in row.items() if value is not None}


def test_every_export_has_its_file() -> None:
    assert set(FILES) == {export.name for export in exports.EXPORTS}


@pytest.mark.parametrize("program", FILES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_program_exports_is_read(
    register: mintmark.Register, tmp_path: Path, program: str, kind: str
) -> None:
    headings, row, expected = FILES[program]
    assert len(headings) == len(row)
    path = tmp_path / f"export.{kind}"
    if kind == "csv":
        files.text(path, [headings, row], "utf-8-sig")
    else:
        files.workbook(path, {"Sheet1": [headings, row]})
    found = read(register, path)
    assert found.program == program
    assert facts(found) == {**expected, **dict(WITHOUT)}


@pytest.mark.parametrize("program", FILES)
def test_columns_are_shown_as_they_are_read(
    register: mintmark.Register, tmp_path: Path, program: str
) -> None:
    path = files.text(tmp_path / "export.csv", FILES[program][:2])
    seen = look_at(register, path)
    assert seen.program == program
    read_as = {
        one.letter: one.fact for one in read(register, path).table.columns if one.fact is not None
    }
    shown = {
        one.column.letter: one.fact
        for one in seen.proposals
        if one.fact not in {None, "key"} and one.why != "content"
    }
    assert shown == read_as
    taken = [one.fact for one in seen.proposals if one.fact is not None and one.confidence >= 0.5]
    assert len(taken) == len(set(taken))
    profile = seen.profile("saved")
    assert set(profile.headings) <= set(map(narrow, FILES[program][0]))
    register.profiles.save(profile)
    assert facts(read(register, path)) == {**FILES[program][2], **dict(WITHOUT)}
    assert [one.fact for one in look_at(register, path).proposals] == [
        one.fact for one in seen.proposals
    ]


def test_the_parts_of_a_name_need_no_word(register: mintmark.Register, tmp_path: Path) -> None:
    headings = ["First Name", "Last Name", "Mailing City", "Mailing State/Province", "Mobile Phone"]
    path = files.text(tmp_path / "a.csv", [headings, ["琦", "王", "北京", "", "13875014587"]])
    found = read(register, path, ignore=(), defaults={"type": "VIP", "registered": "2023-10-01"})
    assert found.program == "Salesforce, contacts"
    assert facts(found) == {"name": "王琦", "phone": "+8613875014587", **dict(WITHOUT)}


def test_what_is_said_of_a_column_goes_before_what_a_program_writes(
    register: mintmark.Register, tmp_path: Path
) -> None:
    headings = ["First Name", "Last Name", "Full Name", "Mailing City", "Mailing State/Province"]
    path = files.text(tmp_path / "a.csv", [headings, ["琦", "王", "王琦", "北京", ""]])
    mapping = {"Full Name": "name"}
    found = read(register, path, mapping=mapping)
    seen = look_at(register, path, mapping=mapping)
    names = [one.column.letter for one in seen.proposals if one.fact == "name"]
    assert names == [one.letter for one in found.table.columns if one.fact == "name"]
    register.profiles.save(seen.profile("by the full name"))
    again = [one.column.letter for one in look_at(register, path).proposals if one.fact == "name"]
    assert again == names


def test_a_name_of_one_part_is_that(register: mintmark.Register, tmp_path: Path) -> None:
    headings = ["Last Name", "Mailing City", "Mailing State/Province"]
    path = files.text(tmp_path / "a.csv", [headings, ["王琦", "北京", ""]])
    assert [one.fact for one in look_at(register, path).proposals] == ["name", "region", None]
    found = read(register, path, ignore=(), defaults={"type": "VIP", "registered": "2023-10-01"})
    assert facts(found) == {"name": "王琦", **dict(WITHOUT)}


def test_the_keys_of_a_kingdee_template_stand_above_its_headings(
    register: mintmark.Register, tmp_path: Path
) -> None:
    headings, row, expected = FILES["金蝶云星空，客户（引入模板）"]
    keys = ["FBillHead(BD_Customer)", "FNumber", "FName", "FCreateOrgId", "FCreateOrgId#Name",
            "FUseOrgId", "FUseOrgId#Name", "FADDRESS", "FTEL", "FTAXREGISTERCODE", "FGroup",
            "FGroup#Name", "FPROVINCIAL#Name", "FSELLER", "FSELLER#Name",
            "FDescription"]  # fmt: skip
    found = read(register, files.text(tmp_path / "a.csv", [keys, headings, row]))
    assert facts(found) == {**expected, **dict(WITHOUT)}


def test_a_second_column_of_a_fact_waits_for_a_word(
    register: mintmark.Register, tmp_path: Path
) -> None:
    """The office's number is neither the customer's nor lost without anybody noticing."""
    rows = [["Id", "OwnerId", "LastName", "MailingCity", "MobilePhone", "Phone"],
            ["0031", "0051", "王琦", "北京", "13875014587", "010-62345678"]]  # fmt: skip
    path = files.text(tmp_path / "a.csv", rows)
    with pytest.raises(errors.UnknownColumns) as refused:
        read(register, path, ignore=("OwnerId", "LastName"))
    assert refused.value.values == ("Phone",)
    firm = [[*rows[0], "FirstName", "Firm"], [*rows[1], "", "某公司"]]
    left = ("OwnerId", "LastName", "FirstName", "Phone")
    firm_path = files.text(tmp_path / "firm.csv", firm)
    assert facts(read(register, firm_path, ignore=left, mapping={"Firm": "name"})) == {
        "name": "某公司",
        "phone": "+8613875014587",
        **dict(WITHOUT),
    }
    said = read(register, path, mapping={"Phone": "phone"})
    assert facts(said)["phone"] == "+861062345678"


def test_what_is_said_of_an_export_goes_first(register: mintmark.Register, tmp_path: Path) -> None:
    headings, row, expected = FILES["Zoho CRM, contacts"]
    path = files.text(tmp_path / "a.csv", [headings, row])
    firm = read(register, path, mapping={"Account Name": "name", "Contact Name": "contact"})
    assert facts(firm) == {**expected, **dict(WITHOUT), "name": "某公司", "contact": "王琦"}
    without = facts(read(register, path, ignore=("Description", "Mobile", "*")))
    assert "remark" not in without
    assert without["phone"] == "+861062345678"


def test_a_profile_of_an_export_goes_first(register: mintmark.Register, tmp_path: Path) -> None:
    headings, row, _ = FILES["Google Contacts"]
    path = files.text(tmp_path / "a.csv", [headings, row])
    found = read(register, path)
    told = {one.heading: one.fact for one in found.table.columns if one.heading}
    profile = Profile(
        name="phone book",
        headings=tuple(headings),
        mapping={text: fact for text, fact in told.items() if fact and fact != "remark"},
        ignored=tuple(text for text, fact in told.items() if not fact or fact == "remark"),
        defaults=ELSE,
    )
    register.profiles.save(profile)
    again = read(register, path, ignore=(), defaults=None)
    assert again.profile == "phone book"
    assert facts(again) == {**PERSON, **dict(WITHOUT)}


def test_a_name_in_the_western_order_stays_so(register: mintmark.Register, tmp_path: Path) -> None:
    headings, row, _ = FILES["Google Contacts"]
    path = files.text(tmp_path / "a.csv", [headings, ["Jo", "M", "Li", *row[3:]]])
    assert facts(read(register, path))["name"] == "Jo M Li"

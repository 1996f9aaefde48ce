#!/bin/sh
# The main job, end to end: every command is shown as you would type it, and is really run.
# Run it by `make demo`; run it twice to see that nobody gets a second code.
set -eu

: "${BIN:=.venv/bin}"
folder=demo
mkdir -p "$folder"
export MINTMARK_REGISTER="$folder/register"

run() {
    printf '\n$ mintmark'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9./_=-]*) printf ' "%s"' "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    status=0
    "$BIN/mintmark" "$@" || status=$?
    # 6: the import went through and refused some rows, as it should with this file.
    [ "$status" -eq 0 ] || [ "$status" -eq 6 ] || exit "$status"
}

run init
run rule check examples/rule.toml
run rule publish examples/rule.toml
run import examples/customers.xlsx --plan
run import examples/customers.xlsx --coded "$folder/coded.xlsx" --refused "$folder/refused.xlsx"
run resolve "ｎ－gz－２０２２１１２１－００００１"
run find 18875014587
run recover 亚翠鹰 4587
run batches
run status

case ${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in
    zh*) cat <<END

接下来可以试试：
  . .venv/bin/activate && export MINTMARK_REGISTER=$MINTMARK_REGISTER
  再运行一次 make demo                      没有人会得到第二个编码
  打开 $folder/refused.xlsx                     改正标红的单元格，再导入它
  mintmark import 你的名单.xlsx --plan      先预演，什么都不写入
  mintmark undo 1 --plan                    撤销这次导入会怎样
  mintmark register 姓名=张伟 手机=13875014587 类型=VIP 地区=北京 登记日期=2023-10-01
  mintmark export 全部客户.xlsx
  mintmark --help
END
    ;;
    *) cat <<END

What to try next:
  . .venv/bin/activate && export MINTMARK_REGISTER=$MINTMARK_REGISTER
  make demo again                           nobody gets a second code
  open $folder/refused.xlsx                     mend the red cells and import it
  mintmark import your-list.xlsx --plan     a plan first, nothing is written
  mintmark undo 1 --plan                    what taking this import back would mean
  mintmark register name=张伟 phone=13875014587 type=VIP region=北京 registered=2023-10-01
  mintmark export all.xlsx
  mintmark --help --lang zh-CN
END
    ;;
esac

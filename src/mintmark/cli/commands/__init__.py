"""The verbs. Their help is in the catalogues (see `mintmark.cli.spoken`)."""

from importlib.metadata import version

import click

from mintmark.cli.commands import (
    batches,
    exporting,
    fields,
    finding,
    holding,
    inferring,
    intake,
    jobs,
    keys,
    leasing,
    ledger,
    lookup,
    minting,
    profiles,
    recovering,
    rules,
    setup,
    shredding,
    tables,
    updating,
    writingback,
)
from mintmark.cli.desk import language_option, register_option


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@register_option
@language_option
@click.version_option(version("mintmark"), prog_name="mintmark")
def mintmark(place: str | None) -> None:  # noqa: D103 - its help is in the catalogues
    del place  # for the verbs below, see Desk


_ = (inferring, tables)  # they add to the group `rule`
for command in (
    setup.init,
    rules.rule,
    fields.fields,
    minting.mint,
    minting.register,
    holding.hold,
    holding.bind,
    holding.release,
    holding.void,
    leasing.lease,
    minting.backfill,
    profiles.columns,
    profiles.profiles,
    intake.import_,
    batches.batches,
    batches.batch,
    batches.undo,
    jobs.work_,
    jobs.jobs_,
    jobs.job,
    writingback.write_back,
    exporting.export,
    exporting.template,
    exporting.labels,
    lookup.resolve,
    finding.find,
    recovering.recover,
    updating.update,
    shredding.shred,
    shredding.legal_hold,
    shredding.erasures,
    ledger.numbers,
    ledger.verify,
    keys.keys,
    setup.status,
):
    mintmark.add_command(command)

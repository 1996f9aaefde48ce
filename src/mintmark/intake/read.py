"""The names of `mintmark.intake.reading` where they used to be."""

from mintmark.intake.reading import Sheet, Source, letter, open_source

__all__ = ["Sheet", "Source", "letter", "open_source"]

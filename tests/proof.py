"""The register's own proof, as an assertion."""

import mintmark


def assert_accounted_for(book: mintmark.Register) -> None:
    """Assert that every number of the register is accounted for."""
    proof = book.verify()
    list(proof)
    assert proof.faults == []

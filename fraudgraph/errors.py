"""What can go wrong with a set-up, each with the exit code that the command ends with.

    FraudgraphError            1  failed, nothing changed
    +- InputError              1  a file cannot be read at all (empty, binary, truncated, ...)
    +- OutputError             1  results cannot be written (no permission, disk full, ...)
    +- StoreError              1  not a store, a store of a newer version, damaged
    |  +- StoreBusy            4  somebody else is writing
    |  +- StoreUnreachable     4  no connection
    +- UsageError              2  wrong usage
       +- ConfigurationError   2  a setting or a column mapping that cannot be

Bad *data* is never an exception: a bad row or value becomes a row of the rejects table and the rest goes on. The message
of every error is one sentence for a person that says what is wrong and how to mend it.
"""

from __future__ import annotations


class FraudgraphError(Exception):
    """The work could not be done; nothing was changed."""

    exit_code = 1


class InputError(FraudgraphError):
    """An input file cannot be read at all."""


class OutputError(FraudgraphError):
    """Results cannot be written where they were asked for."""


class StoreError(FraudgraphError):
    """The store is not one, is damaged, or was written by a newer version."""


class StoreBusy(StoreError):
    """Another process is writing to the store."""

    exit_code = 4


class StoreUnreachable(StoreError):
    """The store does not answer."""

    exit_code = 4


class UsageError(FraudgraphError):
    """The command was called in a way that cannot be meant."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A setting, a column mapping or a frozen version that cannot be used."""

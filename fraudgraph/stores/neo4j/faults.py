"""What the driver and the server complain of, as one sentence of ours. Their own words are not repeated: they may quote values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions

from fraudgraph.errors import ConfigurationError, FraudgraphError, StoreBusy, StoreError, StoreUnreachable
from fraudgraph.stores.neo4j.address import Address

AUTH = "{at} refuses the user or the password: check NEO4J_USERNAME and NEO4J_PASSWORD"
GONE = "no Neo4j answers at {at}: check the host, the port and that the server is running, then run again"
STRANGE = "{at} does not answer as a Neo4j server of our time does: check the host and the port"
WAITING = "somebody else's transaction holds what is to be written at {at}: wait until it is done and run again"
MEMORY = "the server at {at} has too little memory for a transaction: raise dbms.memory.transaction.total.max there and run again"
READ_ONLY = "the database at {at} may not be written by this user, or by nobody: grant the right there, or name another with --store"
LIMITED = "{at} refuses the user after too many wrong passwords: wait a little, then check NEO4J_USERNAME and NEO4J_PASSWORD"
EXPIRED = "the password for {at} must be changed before it can be used: change it there and set NEO4J_PASSWORD"
NO_DATABASE = "there is no such database at {at}: make it there, or name another with --store"
TOO_LONG = "the server at {at} ended a transaction that took longer than its db.transaction.timeout: raise it there and run again"
UNAVAILABLE = "the database at {at} is not available now: start it, then run again"
TWICE = "two rows of one name cannot be written to {at}: run `fraudgraph store check`"
FAILED = "the server at {at} failed, and its own log says why: mend it there and run again"
LATER = "the server at {at} cannot do this now: run again in a moment"

SENTENCES: tuple[tuple[str, type[StoreError], str], ...] = (
    ("Neo.ClientError.Security.Unauthorized", StoreUnreachable, AUTH),
    ("Neo.ClientError.Security.AuthenticationRateLimit", StoreUnreachable, LIMITED),
    ("Neo.ClientError.Security.CredentialsExpired", StoreUnreachable, EXPIRED),
    ("Neo.ClientError.Security.TokenExpired", StoreUnreachable, AUTH),
    ("Neo.ClientError.Security.", StoreError, READ_ONLY),
    ("Neo.ClientError.Database.DatabaseNotFound", StoreError, NO_DATABASE),
    ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", StoreError, READ_ONLY),
    ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", StoreError, READ_ONLY),
    ("Neo.ClientError.Statement.AccessMode", StoreError, READ_ONLY),
    ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", StoreError, MEMORY),
    ("Neo.TransientError.General.TransactionMemoryLimit", StoreError, MEMORY),
    ("Neo.TransientError.General.OutOfMemoryError", StoreError, MEMORY),
    ("Neo.TransientError.Transaction.LockAcquisitionTimeout", StoreBusy, WAITING),
    ("Neo.ClientError.Transaction.LockAcquisitionTimeout", StoreBusy, WAITING),
    ("Neo.TransientError.Transaction.DeadlockDetected", StoreBusy, WAITING),
    ("Neo.TransientError.Transaction.LockClientStopped", StoreBusy, WAITING),
    ("Neo.ClientError.Transaction.TransactionTimedOut", StoreError, TOO_LONG),
    ("Neo.TransientError.Database.DatabaseUnavailable", StoreUnreachable, UNAVAILABLE),
    ("Neo.TransientError.", StoreUnreachable, LATER),
    ("Neo.ClientError.Schema.ConstraintValidationFailed", StoreError, TWICE),
    ("Neo.DatabaseError.", StoreError, FAILED),
)
"""How a code begins -> what we raise and say. The first that fits counts."""


SCHEMA_MOVES = "schema changes"
"""What a server says, without a code of its own, where indexes come up so fast that it plans a question in vain several times."""


def out_of_memory(problem: BaseException) -> bool:
    """Did the server run out of memory for transactions? Smaller ones may fit."""
    return isinstance(problem, exceptions.Neo4jError) and "emory" in (problem.code or "")


def worth_trying_again(problem: BaseException) -> bool:
    """May the same succeed later? Also where nobody knows whether a commit arrived: what is done twice here is applied once."""
    if out_of_memory(problem):
        return False
    if isinstance(problem, exceptions.DatabaseError) and SCHEMA_MOVES in (problem.message or ""):
        return True
    if isinstance(problem, exceptions.DriverError | exceptions.Neo4jError):
        return problem.is_retryable() or isinstance(problem, exceptions.IncompleteCommit)
    return False


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Turn what the driver raises into an error of ours."""
    try:
        yield
    except FraudgraphError:
        raise
    except exceptions.Neo4jError as problem:
        raise _of_server(problem, address) from problem
    except exceptions.UnsupportedServerProduct as problem:
        raise StoreUnreachable(STRANGE.format(at=address)) from problem
    except (exceptions.ServiceUnavailable, exceptions.SessionExpired, OSError) as problem:
        raise StoreUnreachable(GONE.format(at=address)) from problem
    except (exceptions.ConfigurationError, exceptions.AuthConfigurationError, exceptions.CertificateConfigurationError) as problem:
        raise ConfigurationError(
            f"{address} cannot be reached in this way: write bolt://HOST:PORT, or bolt+s:// where it is encrypted"
        ) from problem
    except exceptions.DriverError as problem:
        raise StoreUnreachable(STRANGE.format(at=address)) from problem
    except (OverflowError, UnicodeEncodeError) as problem:
        raise StoreError(
            f"a number or a text lies outside of what {address} can keep ({type(problem).__name__}): mend the input"
        ) from problem


def _of_server(problem: exceptions.Neo4jError, address: Address) -> StoreError:
    code = problem.code or ""
    for start, kind, sentence in SENTENCES:
        if code.startswith(start):
            return kind(sentence.format(at=address))
    return StoreError(f"the server at {address} refuses a request ({code or 'without a reason'}): run `fraudgraph store check`")

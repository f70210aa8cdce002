"""What may be wrong around the site, as an exception tells it: with the database, its disk, or the catalogue.

All of it passes, and is nobody's mistake in the code: it is answered with 503 and the time after which to ask again.
Both languages stand here, as an error page may need both, and none of it asks the database.
"""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

from people.language import CHINESE
from proposals.catalogue import UnavailableError
from proposals.models.outbox import BusyError


@dataclass(frozen=True)
class Fault:
    """What a reader is told, and after how many seconds it is worth while to ask again."""

    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    again: int = 5

    def said(self, language: str) -> str:
        """Give title and text in `en` or `zh`, as one line."""
        return f"{self.title_zh}。{self.text_zh}" if language == CHINESE else f"{self.title_en}. {self.text_en}"


BUILDING = Fault("The catalogue is being built", "目录正在建立", "Try again in a few seconds.", "请过几秒钟再试。")
UNREACHABLE = Fault(
    "The record cannot be reached",
    "暂时无法读取记录",
    "Its database does not answer at the moment. Nothing is lost. Try again in a few seconds.",
    "数据库暂时没有响应，数据没有丢失。请过几秒钟再试。",
)
BUSY = Fault(
    "Somebody else is writing to the record",
    "其他人正在写入记录",
    "It takes long, as to import a sheet does. Nothing is lost. Try again in a few seconds.",
    "例如导入表格时需要较长时间，数据没有丢失。请过几秒钟再试。",
    again=10,
)
SLOW = Fault(
    "This took too long",
    "查询耗时过长",
    "It was stopped so that others are served too. Ask for less at once, or try again in a minute.",
    "为了不影响其他读者，查询已被停止。请缩小范围，或过一分钟再试。",
    again=60,
)
UNWRITABLE = Fault(
    "Nothing can be saved at the moment",
    "暂时无法保存",
    "The place where it would be kept is full or may only be read. What was saved before is safe.",
    "存储空间已满或只可读取。此前保存的内容不受影响。",
    again=60,
)

NO_ROOM = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG}
SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: UNREACHABLE,
    sqlite3.SQLITE_NOMEM: UNREACHABLE,
    sqlite3.SQLITE_READONLY: UNWRITABLE,
    sqlite3.SQLITE_INTERRUPT: SLOW,
    sqlite3.SQLITE_IOERR: UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: UNREACHABLE,
    sqlite3.SQLITE_FULL: UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_PROTOCOL: UNREACHABLE,
    sqlite3.SQLITE_PERM: UNWRITABLE,
    sqlite3.SQLITE_NOTADB: UNREACHABLE,
}
"""By the primary code of the engine; any other, as SQLITE_ERROR for a wrong statement, is a mistake of ours."""
SQLITE_WRITING = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
"""What of SQLITE_IOERR is so of writing only: a disk that became read-only, a quota that is used up."""
POSTGRESQL = {
    "57014": SLOW,  # query_canceled: statement_timeout
    "25006": UNWRITABLE,  # read_only_sql_transaction
    "53100": UNWRITABLE,  # disk_full
}
POSTGRESQL_CLASSES = {"08", "25", "40", "53", "55", "57", "58", "F0", "XX"}
"""Connection, broken transaction, deadlock, resources, locks, operator, system, configuration, damage."""


def fault_of(exception: BaseException | None) -> Fault | None:
    """Tell what is wrong around the site; None where the exception is a mistake in the code, or of who asks."""
    match exception:
        case UnavailableError():
            return BUILDING
        case BusyError():
            return BUSY
        case DatabaseError() | InterfaceError():
            return _of_database(exception)
        case OSError():
            return UNWRITABLE if exception.errno in NO_ROOM else None
    return None


def _of_database(exception: DatabaseError | InterfaceError) -> Fault | None:
    cause = exception.__cause__
    told = UNREACHABLE if isinstance(exception, OperationalError | InterfaceError) else None
    if isinstance(cause, sqlite3.Error) and (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return UNWRITABLE if code in SQLITE_WRITING else SQLITE.get(code & 0xFF)  # the rest says in detail what of it
    if isinstance(cause, psycopg.Error) and (state := cause.sqlstate):
        return POSTGRESQL.get(state) or (UNREACHABLE if state[:2] in POSTGRESQL_CLASSES else None)
    return told

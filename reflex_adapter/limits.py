"""What one client may ask of the process: the settings of uploads and sockets."""

from __future__ import annotations

from dataclasses import dataclass

from reflex_adapter.setting_kinds import within

MIB = 1024 * 1024


@dataclass(frozen=True)
class UploadLimits:
    """``REFLEX_DJANGO_UPLOAD_MAX_FILE_SIZE`` and so on: sizes in bytes, the wait in seconds."""

    max_file_size: int = within(10 * MIB, advised=100 * MIB)
    max_size: int = within(25 * MIB, advised=250 * MIB)  # of the request
    max_files: int = within(20, advised=1000)
    max_wait: int = within(30, advised=300)  # for the next bytes


@dataclass(frozen=True)
class SocketLimits:
    """``REFLEX_DJANGO_SOCKET_MAX_MESSAGE`` and so on: what one socket may ask of the process."""

    # Bytes. Hypercorn itself takes 16 MiB; less than a kibibyte would let no page connect.
    max_message: int = within(MIB, 1024, 16 * MIB, advised=8 * MIB)
    # Messages, the last of which closes the socket.
    max_malformed: int = within(5, 1, 100_000, advised=100)
    max_rate: int = within(50, 1, 100_000, advised=1000)  # messages a second
    # At once, after a pause; a page begins with several.
    max_burst: int = within(100, 10, 100_000, advised=2000)
    max_queued: int = within(256, 1, 100_000, advised=5000)  # events of a tab that have not begun
    max_tasks: int = within(16, 1, 10_000, advised=200)  # background tasks of a tab
    max_per_visitor: int = within(20, 1, 100_000, advised=1000)  # sockets that one visitor has open
    max_new: int = within(60, 10, 100_000, advised=1000)  # sockets that a visitor opens in a minute
    max_new_visitors: int = within(600, 10, 100_000, advised=10_000)  # those without one's cookie
    max_open: int = within(5_000, 1, 1_000_000, advised=50_000)  # sockets that the process has open
    # Messages that a client has not read yet, and the bytes of them. A single message may be
    # larger; a page is sent its whole state in one.
    max_waiting: int = within(1_000, 10, 1_000_000, advised=50_000)
    max_waiting_size: int = within(8 * MIB, 64 * 1024, 1024 * MIB, advised=64 * MIB)
    # Seconds in which a client takes a message.
    max_send_wait: int = within(30, 1, 3_600, advised=300)
    # Lines a minute, about all sockets and uploads of the process.
    max_log_lines: int = within(20, 1, 10_000)

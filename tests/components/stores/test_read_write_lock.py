"""Readers together, a writer alone, and a writer before later readers."""

import threading

from components.stores.read_write_lock import ReadWriteLock

SOON = 5.0  # seconds
NOW = 0.05


def start(action):
    thread = threading.Thread(target=action)
    thread.start()
    return thread


def test_readers_share():
    lock, both = ReadWriteLock(), threading.Barrier(2)

    def read():
        with lock.reading():
            both.wait(SOON)

    threads = [start(read), start(read)]
    for each in threads:
        each.join(SOON)
    assert not both.broken


def test_a_writer_waits_for_readers_and_later_readers_for_the_writer():
    lock = ReadWriteLock()
    order: list[str] = []

    def write():
        with lock.writing():
            order.append("write")

    def read():
        with lock.reading():
            order.append("read")

    with lock.reading():
        writer = start(write)
        while not lock._writers_waiting:
            pass
        reader = start(read)
        reader.join(NOW)
        assert order == []
    for each in (writer, reader):
        each.join(SOON)
    assert order == ["write", "read"]


def test_an_error_inside_releases():
    lock = ReadWriteLock()
    for side in (lock.reading, lock.writing, lock.reading):
        try:
            with side():
                raise ValueError
        except ValueError:
            pass
    writer = start(lambda: lock.writing().__enter__())
    writer.join(SOON)
    assert not writer.is_alive()

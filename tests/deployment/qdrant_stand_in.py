"""Qdrant's HTTP interface, as far as Quaere uses it, over the client's own local mode; several processes may use it.

It keeps the requests, so that a test can look at what was asked, and tells settings as a server would. It has no
shards, no quantisation and no payload indexes, and nothing outlives it.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models

_SELECTOR = TypeAdapter(models.PointsSelector)
_DONE = {"operation_id": 1, "status": "completed"}


class QdrantStandIn:
    """One server; ``with QdrantStandIn().serving() as url:``."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")
        self.requests: list[tuple[str, str, Any]] = []
        """Method, path without the query, and body."""
        self.made: dict[str, dict[str, Any]] = {}
        """By collection, what it was made with."""
        self.indexes: dict[str, dict[str, Any]] = {}
        self._turn = threading.Lock()

    def bodies(self, method: str, path: str) -> list[Any]:
        return [body for each, where, body in self.requests if (each, where) == (method, path)]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        with self._turn:
            self.requests.append((method, path, body))
            _, _, collection, *rest = path.split("/")
            action = "/".join(rest)
            if action == "exists":
                return 200, {"exists": collection in self.made}
            if method == "PUT" and not action:
                return (409, None) if collection in self.made else (200, self.make(collection, body))
            if collection not in self.made:
                return 404, None
            return 200, self.act(method, collection, action, body)

    def make(self, collection: str, body: dict[str, Any]) -> bool:
        vectors = {
            name: models.VectorParams(size=each["size"], distance=each["distance"])
            for name, each in body["vectors"].items()
        }
        sparse = {name: models.SparseVectorParams(**each) for name, each in body["sparse_vectors"].items()}
        self.client.create_collection(collection, vectors_config=vectors, sparse_vectors_config=sparse)
        self.made[collection], self.indexes[collection] = body, {}
        return True

    def act(self, method: str, collection: str, action: str, body: Any) -> Any:
        client = self.client
        match method, action:
            case "GET", "":
                return self.info(collection)
            case "DELETE", "":
                del self.made[collection]
                return client.delete_collection(collection)
            case "PUT", "index":
                schema = body["field_schema"]
                params = None if isinstance(schema, str) else schema
                kind = schema if params is None else params["type"]
                self.indexes[collection][body["field_name"]] = {"data_type": kind, "params": params, "points": 0}
                return _DONE
            case "PUT", "points":
                client.upsert(collection, [models.PointStruct.model_validate(each) for each in body["points"]])
            case "POST", "points/delete":
                client.delete(collection, _SELECTOR.validate_python(body))
            case "PUT", "points/payload":
                client.overwrite_payload(collection, body["payload"], body["points"])
            case "POST", "points/payload/delete":
                client.delete_payload(collection, body["keys"], body["points"])
            case "POST", "points":
                return _json(client.retrieve(collection, body["ids"]))
            case "POST", "points/scroll":
                request = models.ScrollRequest.model_validate(body)
                points, offset = client.scroll(
                    collection, request.filter, request.limit or 10, offset=request.offset,
                    with_payload=request.with_payload or False,
                )  # fmt: skip
                return {"points": _json(points), "next_page_offset": offset}
            case "POST", "points/count":
                return _json(client.count(collection, models.CountRequest.model_validate(body).filter))
            case "POST", "points/query/batch":
                searches = [
                    models.QueryRequest.model_validate(_without_quantization(each)) for each in body["searches"]
                ]
                return _json(client.query_batch_points(collection, searches))
            case _:
                raise NotImplementedError(f"{method} {action}")
        return _DONE

    def info(self, collection: str) -> dict[str, Any]:
        made = self.made[collection]
        params = {name: made.get(name) for name in ("vectors", "sparse_vectors", "shard_number", "replication_factor")}
        hnsw = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000}
        optimizer = {"deleted_threshold": 0.2, "vacuum_min_vector_number": 1000, "default_segment_number": 0}
        config = {
            "params": params,
            "hnsw_config": hnsw,
            "optimizer_config": {**optimizer, "flush_interval_sec": 5},
            "metadata": made.get("metadata"),
        }
        return {
            "status": "green",
            "optimizer_status": "ok",
            "segments_count": 1,
            "payload_schema": self.indexes[collection],
            "config": config,
        }

    @contextmanager
    def serving(self) -> Iterator[str]:
        self._port = self._start(0)
        try:
            yield f"http://127.0.0.1:{self._port}"
        finally:
            self._stop()
            self.client.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody answers at the address while the block runs; then the same collections are there again."""
        self._stop()
        yield
        self._start(self._port)

    def _start(self, port: int) -> int:
        stand_in = self
        gone = self._gone = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if gone.is_set():  # a connection from before, which a process that ended would have cut
                    self.close_connection = True
                    return
                body = json.loads(content) if content else None
                status, result = stand_in.answer(self.command, self.path.partition("?")[0], body)
                answer = json.dumps({"result": result, "status": "ok", "time": 0.0}).encode("utf-8")
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = respond

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self._server.server_port

    def _stop(self) -> None:
        self._gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [_json(each) for each in value]
    return json.loads(value.model_dump_json())


def _without_quantization(search: dict[str, Any]) -> dict[str, Any]:
    """Local mode compares every vector as it is, and warns of a wish to do otherwise."""
    params = search.get("params") or {}
    rest = {name: value for name, value in params.items() if name != "quantization" and value is not None}
    return {**search, "params": rest or None}

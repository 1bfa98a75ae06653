"""What a data folder holds and which settings are in force, for people to look at."""

from dataclasses import asdict, dataclass
from typing import Any

from components.models.conversion import effective_precision
from components.stores.catalogue.sources import Catalogue
from pipelines.folder import INDEX_FOLDER
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting's value and where it came from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Status:
    """What a data folder holds and how questions to it are answered."""

    data: str
    sources: int
    passages: int
    generation: int
    languages: tuple[str, ...]
    store: dict[str, str]
    models: dict[str, str]
    settings: tuple[SettingInForce, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def status_of(settings: Settings, catalogue: Catalogue | None) -> Status:
    """What the folder holds, and how questions to it are answered; without a catalogue there is no folder."""
    sources, passages = (0, 0) if catalogue is None else catalogue.count()
    origins = settings.origins()
    return Status(
        data=str(settings.data),
        sources=sources,
        passages=passages,
        generation=0 if catalogue is None else catalogue.generation(),
        languages=() if catalogue is None else catalogue.languages(),
        store=_store_facts(settings),
        models={
            **{role: f"{getattr(settings.models, role)}" for role in ("embedder", "ranker", "reader")},
            "precision": effective_precision(settings.models.precision),
            "backend": settings.models.backend,
        },
        settings=tuple(SettingInForce(name, str(value), origins[name]) for name, value in settings.values().items()),
    )


def _store_facts(settings: Settings) -> dict[str, str]:
    if settings.qdrant.engine == "edge":
        return {"engine": "edge (embedded Qdrant)", "folder": str(settings.data / INDEX_FOLDER)}
    facts = {"engine": "server", "url": str(settings.qdrant.url), "collection": settings.qdrant.collection}
    return facts if settings.database.url is None else facts | {"catalogue": str(settings.database.url)}

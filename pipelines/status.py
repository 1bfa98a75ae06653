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
            **{role: f"{getattr(settings, role)}" for role in ("embedder", "ranker", "reader")},
            "precision": effective_precision(settings.precision),
            "backend": settings.backend,
        },
        settings=tuple(
            SettingInForce(name, str(getattr(settings, name)), origins[name]) for name in type(settings).model_fields
        ),
    )


def _store_facts(settings: Settings) -> dict[str, str]:
    if settings.engine == "edge":
        return {"engine": "edge (embedded Qdrant)", "folder": str(settings.data / INDEX_FOLDER)}
    facts = {"engine": "server", "url": str(settings.qdrant_url), "collection": settings.collection}
    return facts if settings.database_url is None else facts | {"catalogue": str(settings.database_url)}

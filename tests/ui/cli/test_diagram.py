from haystack import Document, Pipeline, component

from ui.cli.views.diagram import mermaid


@component
class Finder:
    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int = 3) -> dict[str, list[Document]]:
        return {"documents": []}


@component
class Sorter:
    @component.output_types(documents=list[Document], best=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        return {"documents": documents, "best": documents[:1]}


def test_a_chain_of_two() -> None:
    pipeline = Pipeline()
    pipeline.add_component("finder", Finder())
    pipeline.add_component("sorter", Sorter())
    pipeline.add_component("again", Sorter())
    pipeline.connect("finder.documents", "sorter.documents")
    pipeline.connect("sorter.best", "again.documents")
    assert mermaid(pipeline).splitlines() == [
        "flowchart TD",
        '    c0["finder<br/>Finder"]',
        '    c1["sorter<br/>Sorter"]',
        '    c2["again<br/>Sorter"]',
        '    c0 -->|"documents"| c1',
        '    c1 -->|"best to documents"| c2',
        '    c0_query(["query"]) --> c0',
        '    c1 --> c1_documents_out(["documents"])',
        '    c2 --> c2_documents_out(["documents"])',
        '    c2 --> c2_best_out(["best"])',
    ]


def test_a_name_cannot_end_its_label() -> None:
    pipeline = Pipeline()
    pipeline.add_component('a "b" <c> & d', Finder())
    assert '["a #quot;b#quot; #lt;c#gt; #amp; d<br/>Finder"]' in mermaid(pipeline)

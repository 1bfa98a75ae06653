"""Haystack's own tests of a document store, on both engines."""

from dataclasses import replace

import pytest
from haystack import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.testing import document_store as sync_tests


class _ById:
    @staticmethod
    def assert_documents_are_equal(received: list[Document], expected: list[Document]) -> None:
        def by_id(documents):
            bare = (replace(each, score=None, embedding=None) for each in documents)
            return sorted(bare, key=lambda each: each.id)

        assert by_id(received) == by_id(expected)


class TestSync(
    _ById,
    sync_tests.DocumentStoreBaseTests,
    sync_tests.CountDocumentsByFilterTest,
    sync_tests.GetMetadataFieldsInfoTest,
):
    @pytest.fixture
    def document_store(self, document_store):
        return document_store

    def test_write_documents(self, document_store):
        document = Document(content="test doc")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document])

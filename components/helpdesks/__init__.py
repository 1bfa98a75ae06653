"""Exports of help desks -> questions with the replies that answered them, and articles. One module a help desk."""

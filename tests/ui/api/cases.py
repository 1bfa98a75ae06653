"""The endpoints of the API, and how many requests of each kind the fuzzing test draws for it."""

CASES = {
    ("/api/v1/ask", "POST"): 1600,
    ("/api/v1/ask/batch", "POST"): 60,  # asks up to a hundred questions
    ("/api/v1/search", "POST"): 1500,
    ("/api/v1/similar", "POST"): 300,
    ("/api/v1/sources", "GET"): 300,
    ("/api/v1/sources/files", "POST"): 300,
    ("/api/v1/sources/documents", "POST"): 300,
    ("/api/v1/sources/{source_id}", "GET"): 200,
    ("/api/v1/sources/{source_id}", "DELETE"): 200,
    ("/api/v1/sources/{source_id}", "PATCH"): 200,
    ("/api/v1/sources/{source_id}/meta", "GET"): 100,
    ("/api/v1/sources/{source_id}/text", "GET"): 300,
    ("/api/v1/sources/{source_id}/pages/{page}", "GET"): 200,
    ("/api/v1/jobs", "GET"): 200,
    ("/api/v1/jobs/{job_id}", "GET"): 200,
    ("/api/v1/jobs/{job_id}", "DELETE"): 200,
    ("/api/v1/feedback", "POST"): 300,
    ("/api/v1/feedback/{feedback_id}", "DELETE"): 200,
    ("/api/v1/feedback/export", "GET"): 20,
    ("/v1/models", "GET"): 20,
    ("/v1/chat/completions", "POST"): 300,
    ("/metrics", "GET"): 20,
    ("/health/live", "GET"): 20,
    ("/health/ready", "GET"): 20,
}
"""By path and method."""

_TAKES_NOTHING = ("/health/live", "/health/ready", "/metrics", "/v1/models", "/api/v1/feedback/export")
CANNOT_BE_WRONG = frozenset(
    case for case in CASES if case[0] in _TAKES_NOTHING or case[0].endswith(("_id}", "_id}/meta"))
)
"""What takes nothing, or any text, cannot be given anything wrong."""

IN_AN_ADDRESS = frozenset({("/api/v1/sources", "GET")})
"""What takes lists and texts that may be left out in its address, where a value of the wrong kind is a right text."""

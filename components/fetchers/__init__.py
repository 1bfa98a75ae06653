"""Gets web pages politely: robots.txt, sitemaps, links, limits of rate, size and time. Runs only when a user asks."""

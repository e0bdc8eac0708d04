"""The web door: the chat page and its socket, the secure page, health. Invariant: a reply is shown again until the page reports it as seen."""

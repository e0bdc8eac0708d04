"""The web door: the chat page and its socket, the secure page, health. Invariant: it only translates; a reply is shown again until the page reports it as seen."""

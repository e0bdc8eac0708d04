"""Text as characters and words, before anybody asks what it means. Invariant: pure functions of a string; nothing here knows the content or a conversation."""

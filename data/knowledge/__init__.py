"""What the assistant knows: the files of data/content and what staff edited, read into frozen values. Invariant: a file that cannot be read stops the start with one sentence."""

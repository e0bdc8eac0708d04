"""What people say at a flow's steps in ordinary words: the `reads` of the flows that have many."""

"""A registration as it is shown and counted: its tasks, its declaration, its deadline. Pure. Called by the registration flow."""

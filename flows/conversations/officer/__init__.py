"""What is said to somebody whose conversation an officer has: by the desk itself, and to the few words that are always answered."""

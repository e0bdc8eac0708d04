"""What is said in sentences of one's own, read with order and polarity: rights, swindles, passwords."""

"""What an attacker would run against a service of ours on loopback; each prints one line of figures for the code it is run on."""

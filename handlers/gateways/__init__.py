"""What carries text messages to real phones: one file a provider, behind `Gateway` of handlers/delivery/sms.py."""

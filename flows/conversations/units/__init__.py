"""The unit's officer (cán bộ đầu mối) and the staff whose step is seen: contact.py registers and watches, joining.py agrees and leaves."""

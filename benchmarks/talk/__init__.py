"""Conversations and answers as other hands wrote them: training material and measures."""

"""Measure tables into sentences, display tables and text alternatives. Plain words; children, not cases."""

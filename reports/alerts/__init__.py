"""Alerts: what has changed at a payer, what is about to be too late, what no longer holds."""

"""From a visit to a claim: what the front desk, authorization team and coders make of it."""

"""From a visit to a claim: what the front desk, the authorization team and the coders make of it."""

"""The catalogue: procedure and diagnosis codes, visits by specialty. Codes only, no descriptors."""

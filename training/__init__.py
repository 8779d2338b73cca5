"""History in, a judged and registered model out."""

import os

# LightGBM's threads spin while they wait for each other. Where other processes want the cores too,
# that made learning ten times slower; waiting quietly costs nothing measurable on idle cores.
# OpenMP reads it when LightGBM's library is loaded, so it stands before every import of ours.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

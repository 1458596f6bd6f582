"""Measure what this project claims to be fast, beside whatever else does the same.

``python -m benchmarks NAME`` runs one. Nothing here is installed with the packages.
"""
